// Life of a peer: made, connected, closed.
#include "peer.h"

#include <string.h>

// How long a close waits for a negotiation. Warm it takes 10 ms; only one without a port to bind never ends.
#define NEGOTIATION_WAIT (2 * G_TIME_SPAN_SECOND)

viva_webrtc_peer *viva_peer_retain(viva_webrtc_peer *peer) {
    g_atomic_ref_count_inc(&peer->references);
    return peer;
}

void viva_peer_drop(gpointer data) {
    viva_webrtc_peer *peer = data;
    if (!g_atomic_ref_count_dec(&peer->references)) {
        return;
    }
    g_mutex_clear(&peer->negotiation_lock);
    g_cond_clear(&peer->negotiation_settled);
    g_mutex_clear(&peer->close_lock);
    g_mutex_clear(&peer->element_lock);
    g_mutex_clear(&peer->channel_lock);
    g_mutex_clear(&peer->inner_lock);
    g_clear_pointer(&peer->fingerprints, g_ptr_array_unref);
    viva_association_give_back(peer->association);
    g_free(peer);
}

void viva_peer_drop_closure(gpointer peer, GClosure *closure) {
    (void)closure;
    viva_peer_drop(peer);
}

// The counter is raised before `closing` is read, and close sets `closing` before it reads the counter; both
// are sequentially consistent. So either the callback sees `closing`, or close sees the callback.
gboolean viva_peer_enter(viva_webrtc_peer *peer) {
    g_atomic_int_inc(&peer->callbacks_running);
    if (g_atomic_int_get(&peer->closing)) {
        viva_peer_leave(peer);
        return FALSE;
    }
    return TRUE;
}

void viva_peer_leave(viva_webrtc_peer *peer) {
    g_atomic_int_add(&peer->callbacks_running, -1);
}

void viva_peer_emit(viva_webrtc_peer *peer, viva_webrtc_event event, const char *text) {
    if (!viva_peer_enter(peer)) {
        return;
    }
    peer->callbacks.event(peer->callbacks.context, event, text, text == NULL ? 0 : strlen(text));
    viva_peer_leave(peer);
}

gpointer viva_peer_element(viva_webrtc_peer *peer, GstElement **element) {
    g_mutex_lock(&peer->element_lock);
    gpointer reference = *element == NULL ? NULL : gst_object_ref(*element);
    g_mutex_unlock(&peer->element_lock);
    return reference;
}

void viva_peer_negotiation_began(viva_webrtc_peer *peer) {
    g_mutex_lock(&peer->negotiation_lock);
    peer->negotiating = TRUE;
    g_mutex_unlock(&peer->negotiation_lock);
}

void viva_peer_negotiation_ended(viva_webrtc_peer *peer) {
    g_mutex_lock(&peer->negotiation_lock);
    peer->negotiating = FALSE;
    g_cond_broadcast(&peer->negotiation_settled);
    g_mutex_unlock(&peer->negotiation_lock);
}

static void connection_changed(GObject *webrtc, GParamSpec *property, gpointer data) {
    (void)property;
    viva_webrtc_peer *peer = data;
    GstWebRTCPeerConnectionState state = GST_WEBRTC_PEER_CONNECTION_STATE_NEW;
    g_object_get(webrtc, "connection-state", &state, NULL);
    if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED) {
        if (g_atomic_int_compare_and_exchange(&peer->connected, FALSE, TRUE)) {
            viva_peer_emit(peer, VIVA_WEBRTC_CONNECTED, NULL);
        }
    } else if (state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED) {
        viva_peer_emit(peer, VIVA_WEBRTC_UNREACHABLE, NULL);
    }
}

// Whether frames go through this element's thread: the encoder's, and the receiver's as far as the decoder. Not those of DTLS and
// SCTP, to which an appsrc and the threads of the data channel belong too (docs/adr/0009-threads-that-move-media.md).
static gboolean moves_frames(viva_webrtc_peer *peer, GstElement *owner) {
    static const char *const names[] = {"queue", "nicesrc", "rtpjitterbuffer"};
    g_mutex_lock(&peer->element_lock);
    gboolean is_source = owner == peer->source;
    g_mutex_unlock(&peer->element_lock);
    GstElementFactory *factory = gst_element_get_factory(owner);
    if (is_source || factory == NULL) {
        return is_source;
    }
    const char *name = gst_plugin_feature_get_name(GST_PLUGIN_FEATURE(factory));
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

// Said by the streaming thread itself, when it begins and when it ends. Threads are used again, by any element of any peer.
static void stream_status(viva_webrtc_peer *peer, GstMessage *message) {
    GstStreamStatusType type = GST_STREAM_STATUS_TYPE_CREATE;
    GstElement *owner = NULL;
    gst_message_parse_stream_status(message, &type, &owner);
    if (type == GST_STREAM_STATUS_TYPE_ENTER && owner != NULL && moves_frames(peer, owner)) {
        (void)viva_thread_moves_media(false);
    } else if (type == GST_STREAM_STATUS_TYPE_ENTER || type == GST_STREAM_STATUS_TYPE_LEAVE) {
        viva_thread_is_ordinary();
    }
}

// Runs on the thread that posts the message, so no GLib main loop is needed anywhere.
static GstBusSyncReply bus_message(GstBus *bus, GstMessage *message, gpointer data) {
    (void)bus;
    viva_webrtc_peer *peer = data;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_STREAM_STATUS) {
        stream_status(peer, message);
    } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        GError *error = NULL;
        gst_message_parse_error(message, &error, NULL);
        char *text = g_strdup_printf("%s: %s", GST_MESSAGE_SRC_NAME(message), error ? error->message : "no reason given");
        g_atomic_int_set(&peer->broken, TRUE);
        viva_peer_emit(peer, VIVA_WEBRTC_ERROR, text);
        g_free(text);
        g_clear_error(&error);
    }
    gst_message_unref(message);
    return GST_BUS_DROP;
}

static void connect_signal(viva_webrtc_peer *peer, gpointer object, const char *signal, GCallback handler) {
    g_signal_connect_data(object, signal, handler, viva_peer_retain(peer), viva_peer_drop_closure, 0);
}

static void element_added(GstBin *bin, GstBin *inner, GstElement *element, gpointer data) {
    (void)bin;
    (void)inner;
    viva_webrtc_peer *peer = data;
    GstElementFactory *factory = gst_element_get_factory(element);
    if (factory == NULL) {
        return;
    }
    const struct {
        const char *name;
        GstElement **place;
    } wanted[] = {
        {"rtpjitterbuffer", &peer->jitter_buffer},
        {"sctpdec", &peer->sctp_decoder},
        {"sctpenc", &peer->sctp_encoder},
        {"dtlsenc", &peer->dtls_encoder},
    };
    if (g_strcmp0(GST_OBJECT_NAME(factory), "dtlsdec") == 0) {
        connect_signal(peer, element, "notify::peer-pem", G_CALLBACK(viva_peer_certificate_received));
    }
    if (g_str_has_prefix(GST_OBJECT_NAME(factory), "sctp")) {
        // The pair is started only once DTLS is up, so this replaces webrtcbin's number in time.
        g_object_set(element, "sctp-association-id", peer->association, NULL);
    }
    g_mutex_lock(&peer->inner_lock);
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        if (g_strcmp0(GST_OBJECT_NAME(factory), wanted[i].name) == 0) {
            gst_object_replace((GstObject **)wanted[i].place, GST_OBJECT(element));
        }
    }
    g_mutex_unlock(&peer->inner_lock);
}

// Plain properties of webrtcbin's ICE agent and of libnice's below it.
static void configure_ice(viva_webrtc_peer *peer) {
    GObject *ice = NULL;
    g_object_get(peer->webrtc, "ice-agent", &ice, NULL);
    if (ice == NULL) {
        return;
    }
    g_object_set(ice, "ice-tcp", FALSE, NULL);
    if (peer->settings.max_port != 0) {
        g_object_set(ice, "max-rtp-port", (guint)peer->settings.max_port, "min-rtp-port", (guint)peer->settings.min_port, NULL);
    }
    GObject *agent = NULL;
    g_object_get(ice, "agent", &agent, NULL);
    if (agent != NULL) {
        // Asking a router for a port mapping delays each answer by 200 ms.
        g_object_set(agent, "upnp", FALSE, "keepalive-conncheck", TRUE, NULL);
        g_object_unref(agent);
    }
    g_object_unref(ice);
}

viva_webrtc_peer *viva_webrtc_peer_new(const viva_webrtc_settings *settings, const viva_webrtc_callbacks *callbacks) {
    guint association = viva_association_take();
    GstElement *webrtc = association == 0 ? NULL : gst_element_factory_make("webrtcbin", NULL);
    if (webrtc == NULL) {
        viva_association_give_back(association);
        return NULL;
    }
    viva_webrtc_peer *peer = g_new0(viva_webrtc_peer, 1);
    peer->association = association;
    g_atomic_ref_count_init(&peer->references);
    peer->callbacks = *callbacks;
    peer->settings = *settings;
    peer->next_timestamp = GST_CLOCK_TIME_NONE;
    g_mutex_init(&peer->negotiation_lock);
    g_cond_init(&peer->negotiation_settled);
    g_mutex_init(&peer->close_lock);
    g_mutex_init(&peer->element_lock);
    g_mutex_init(&peer->channel_lock);
    g_mutex_init(&peer->inner_lock);

    peer->pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
    peer->webrtc = gst_object_ref_sink(webrtc);
    g_object_set(webrtc, "latency", settings->latency_ms, NULL);
    gst_util_set_object_arg(G_OBJECT(webrtc), "bundle-policy", "max-bundle");
    configure_ice(peer);

    connect_signal(peer, peer->pipeline, "deep-element-added", G_CALLBACK(element_added));
    gst_bin_add(GST_BIN(peer->pipeline), webrtc);
    GstBus *bus = gst_pipeline_get_bus(GST_PIPELINE(peer->pipeline));
    gst_bus_set_sync_handler(bus, bus_message, viva_peer_retain(peer), viva_peer_drop);
    gst_object_unref(bus);

    connect_signal(peer, webrtc, "pad-added", G_CALLBACK(viva_peer_pad_added));
    connect_signal(peer, webrtc, "on-data-channel", G_CALLBACK(viva_peer_data_channel));
    connect_signal(peer, webrtc, "notify::ice-gathering-state", G_CALLBACK(viva_peer_gathering_changed));
    connect_signal(peer, webrtc, "notify::connection-state", G_CALLBACK(connection_changed));
    return peer;
}

bool viva_webrtc_peer_bind(viva_webrtc_peer *peer, const char *address) {
    GstElement *webrtc = viva_peer_element(peer, &peer->webrtc);
    if (webrtc == NULL) {
        return false;
    }
    GObject *ice = NULL;
    g_object_get(webrtc, "ice-agent", &ice, NULL);
    gst_object_unref(webrtc);
    if (ice == NULL) {
        return false;
    }
    gboolean added = FALSE;
    g_signal_emit_by_name(ice, "add-local-ip-address", address, &added);
    g_object_unref(ice);
    return added;
}

void viva_webrtc_peer_get_stats(viva_webrtc_peer *peer, viva_webrtc_stats *stats) {
    memset(stats, 0, sizeof *stats);
    stats->frames_received = __atomic_load_n(&peer->frames_received, __ATOMIC_RELAXED);
    stats->frames_pushed = __atomic_load_n(&peer->frames_pushed, __ATOMIC_RELAXED);
    stats->frames_spared = __atomic_load_n(&peer->frames_spared, __ATOMIC_RELAXED);
    stats->texts_received = __atomic_load_n(&peer->texts_received, __ATOMIC_RELAXED);
    stats->texts_dropped = __atomic_load_n(&peer->texts_dropped, __ATOMIC_RELAXED);

    g_mutex_lock(&peer->inner_lock);
    if (peer->jitter_buffer != NULL) {
        GstStructure *values = NULL;
        g_object_get(peer->jitter_buffer, "stats", &values, NULL);
        if (values != NULL) {
            guint64 number = 0;
            if (gst_structure_get_uint64(values, "num-lost", &number)) {
                stats->packets_lost = number;
            }
            if (gst_structure_get_uint64(values, "num-late", &number)) {
                stats->packets_late = number;
            }
            if (gst_structure_get_uint64(values, "avg-jitter", &number)) {
                stats->jitter_ns = number;
            }
            gst_structure_free(values);
        }
    }
    g_mutex_unlock(&peer->inner_lock);

    g_mutex_lock(&peer->channel_lock);
    if (peer->channel != NULL) {
        guint64 queued = 0;
        g_object_get(peer->channel, "buffered-amount", &queued, NULL);
        stats->queued_bytes = queued;
    }
    g_mutex_unlock(&peer->channel_lock);
}

void viva_webrtc_peer_close(viva_webrtc_peer *peer) {
    g_atomic_int_set(&peer->closing, TRUE);

    g_mutex_lock(&peer->negotiation_lock);
    gint64 deadline = g_get_monotonic_time() + NEGOTIATION_WAIT;
    while (peer->negotiating && g_cond_wait_until(&peer->negotiation_settled, &peer->negotiation_lock, deadline)) {
    }
    g_mutex_unlock(&peer->negotiation_lock);

    g_mutex_lock(&peer->close_lock);
    if (!peer->closed) {
        peer->closed = TRUE;
        viva_peer_forget_channel(peer);
        viva_peer_say_goodbye(peer);
        gst_element_set_state(peer->pipeline, GST_STATE_NULL);
        viva_peer_stop_strays(peer);

        GstBus *bus = gst_pipeline_get_bus(GST_PIPELINE(peer->pipeline));
        gst_bus_set_sync_handler(bus, NULL, NULL, NULL);
        gst_object_unref(bus);

        g_mutex_lock(&peer->inner_lock);
        gst_clear_object(&peer->jitter_buffer);
        gst_clear_object(&peer->sctp_decoder);
        gst_clear_object(&peer->sctp_encoder);
        gst_clear_object(&peer->dtls_encoder);
        g_mutex_unlock(&peer->inner_lock);

        // Each signal handler gives its reference back when its object is finalised.
        g_mutex_lock(&peer->element_lock);
        GstElement *elements[] = {peer->source, peer->webrtc, peer->pipeline};
        peer->source = NULL;
        peer->webrtc = NULL;
        peer->pipeline = NULL;
        g_mutex_unlock(&peer->element_lock);
        for (size_t i = 0; i < G_N_ELEMENTS(elements); i++) {
            gst_clear_object(&elements[i]);
        }

        // Callbacks are short and no new one starts.
        while (g_atomic_int_get(&peer->callbacks_running) != 0) {
            g_usleep(100);
        }
        peer->callbacks.release(peer->callbacks.context);
    }
    g_mutex_unlock(&peer->close_lock);
}

void viva_webrtc_peer_release(viva_webrtc_peer *peer) {
    viva_peer_drop(peer);
}
