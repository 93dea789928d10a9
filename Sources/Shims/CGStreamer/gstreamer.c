#include <stdio.h>

#include "peer.h"

struct required_plugin {
    const char *name;
    const char *package;
};

// webrtcbin builds its parts by name while a call is set up and fails obscurely when one is missing.
static const struct required_plugin required_plugins[] = {
    {"coreelements", "libgstreamer1.0-0"},
    {"app", "gstreamer1.0-plugins-base"},
    {"rtp", "gstreamer1.0-plugins-good"},
    {"rtpmanager", "gstreamer1.0-plugins-good"},
    {"webrtc", "gstreamer1.0-plugins-bad"},
    {"dtls", "gstreamer1.0-plugins-bad"},
    {"srtp", "gstreamer1.0-plugins-bad"},
    {"sctp", "gstreamer1.0-plugins-bad"},
    {"nice", "gstreamer1.0-nice"},
};

static char first_problem[256];

static gpointer initialize_once(gpointer unused) {
    (void)unused;
    GError *error = NULL;
    if (!gst_init_check(NULL, NULL, &error)) {
        snprintf(first_problem, sizeof first_problem, "GStreamer does not start: %s", error ? error->message : "no reason given");
        g_clear_error(&error);
        return GINT_TO_POINTER(FALSE);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(required_plugins); i++) {
        // Kept loaded for the life of the process: the reference is not given back.
        if (gst_plugin_load_by_name(required_plugins[i].name) == NULL) {
            snprintf(
                first_problem, sizeof first_problem, "GStreamer's plugin '%s' is missing: install the package %s", required_plugins[i].name,
                required_plugins[i].package);
            return GINT_TO_POINTER(FALSE);
        }
    }
    return GINT_TO_POINTER(TRUE);
}

bool viva_gstreamer_initialize(char *problem, size_t capacity) {
    static GOnce once = G_ONCE_INIT;
    gboolean ready = GPOINTER_TO_INT(g_once(&once, initialize_once, NULL));
    if (!ready && problem != NULL && capacity > 0) {
        snprintf(problem, capacity, "%s", first_problem);
    }
    return ready;
}
