// The end of a call: what the peer hears when this side leaves, and what has to be swept up afterwards.
//
// webrtcbin 1.22 has no close of its own: stopped, it falls silent, and a browser notices after seconds. So its parts
// are told one by one what RFC 8831 (section 6.7) and RFC 8827 ask for: the SCTP association is aborted, which closes
// the peer's data channel, and DTLS sends its close alert.
#include "peer.h"

// Longest wait for each of the two to be on its way. They take under a millisecond.
#define GOODBYE_WAIT (50 * G_TIME_SPAN_MILLISECOND)

// RFC 9260, section 3: the type of the first chunk follows the common header; 6 is ABORT.
#define SCTP_FIRST_CHUNK 12
#define SCTP_ABORT 6
// RFC 6347, section 4.1: a record starts with its content type; 21 is an alert.
#define DTLS_ALERT 21

struct departure {
    gatomicrefcount references;
    GMutex lock;
    GCond changed;
    gboolean aborted;
    gboolean alerted;
};

static struct departure *departure_new(void) {
    struct departure *departure = g_new0(struct departure, 1);
    g_atomic_ref_count_init(&departure->references);
    g_mutex_init(&departure->lock);
    g_cond_init(&departure->changed);
    return departure;
}

static struct departure *departure_retain(struct departure *departure) {
    g_atomic_ref_count_inc(&departure->references);
    return departure;
}

static void departure_drop(gpointer data) {
    struct departure *departure = data;
    if (g_atomic_ref_count_dec(&departure->references)) {
        g_mutex_clear(&departure->lock);
        g_cond_clear(&departure->changed);
        g_free(departure);
    }
}

static void observe(struct departure *departure, GstPadProbeInfo *info, gsize offset, guint8 wanted, gboolean *seen) {
    guint8 byte = 0;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    if (buffer == NULL || gst_buffer_extract(buffer, offset, &byte, 1) != 1 || byte != wanted) {
        return;
    }
    g_mutex_lock(&departure->lock);
    *seen = TRUE;
    g_cond_signal(&departure->changed);
    g_mutex_unlock(&departure->lock);
}

static GstPadProbeReturn entering_encoder(GstPad *pad, GstPadProbeInfo *info, gpointer data) {
    (void)pad;
    struct departure *departure = data;
    observe(departure, info, SCTP_FIRST_CHUNK, SCTP_ABORT, &departure->aborted);
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn leaving_encoder(GstPad *pad, GstPadProbeInfo *info, gpointer data) {
    (void)pad;
    struct departure *departure = data;
    observe(departure, info, 0, DTLS_ALERT, &departure->alerted);
    return GST_PAD_PROBE_OK;
}

static void wait_until(struct departure *departure, const gboolean *seen) {
    gint64 deadline = g_get_monotonic_time() + GOODBYE_WAIT;
    g_mutex_lock(&departure->lock);
    while (!*seen && g_cond_wait_until(&departure->changed, &departure->lock, deadline)) {
    }
    g_mutex_unlock(&departure->lock);
}

static GstPadProbeReturn refuse(GstPad *pad, GstPadProbeInfo *info, gpointer unused) {
    (void)pad;
    (void)info;
    (void)unused;
    return GST_PAD_PROBE_DROP;
}

// Lets no more packets in, and returns when none is being worked on: the decoder must not be stopped while one
// makes it open a stream (it would free the stream under its own thread).
static void shut_input(GstElement *decoder) {
    GstPad *input = gst_element_get_static_pad(decoder, "sink");
    if (input != NULL) {
        gst_pad_add_probe(input, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, refuse, NULL, NULL);
        GST_PAD_STREAM_LOCK(input);
        GST_PAD_STREAM_UNLOCK(input);
        gst_object_unref(input);
    }
}

static gboolean watch_input(GstElement *encoder, GstPad *pad, gpointer departure) {
    (void)encoder;
    return gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, entering_encoder, departure_retain(departure), departure_drop) != 0;
}

static gboolean end_stream(GstElement *encoder, GstPad *pad, gpointer unused) {
    (void)encoder;
    (void)unused;
    return gst_pad_send_event(pad, gst_event_new_eos());
}

// The probes go with their pads: the pipeline is stopped next.
static void leave(GstElement *decoder, GstElement *encoder, GstPad *output) {
    struct departure *departure = departure_new();
    gst_element_foreach_sink_pad(encoder, watch_input, departure);
    gst_pad_add_probe(output, GST_PAD_PROBE_TYPE_BUFFER, leaving_encoder, departure_retain(departure), departure_drop);
    if (decoder != NULL) {
        shut_input(decoder);
        // The decoder ends the association when it is stopped, and it alone: the way out stays open for the abort.
        gst_element_set_locked_state(decoder, TRUE);
        gst_element_set_state(decoder, GST_STATE_READY);
        wait_until(departure, &departure->aborted);
    }
    // The end of its input makes the DTLS encoder send the alert. The event waits for the packet that the encoder is
    // working on, so the alert follows the abort; after an alert nothing more is sent.
    gst_element_foreach_sink_pad(encoder, end_stream, NULL);
    wait_until(departure, &departure->alerted);
    if (decoder != NULL) {
        gst_element_set_locked_state(decoder, FALSE);
    }
    departure_drop(departure);
}

void viva_peer_say_goodbye(viva_webrtc_peer *peer) {
    if (!g_atomic_int_get(&peer->connected) || g_atomic_int_get(&peer->broken)) {
        return;
    }
    g_mutex_lock(&peer->inner_lock);
    GstElement *decoder = peer->sctp_decoder == NULL ? NULL : gst_object_ref(peer->sctp_decoder);
    GstElement *encoder = peer->dtls_encoder == NULL ? NULL : gst_object_ref(peer->dtls_encoder);
    g_mutex_unlock(&peer->inner_lock);
    GstPad *output = encoder == NULL ? NULL : gst_element_get_static_pad(encoder, "src");
    if (output != NULL) {
        leave(decoder, encoder, output);
    }
    gst_clear_object(&output);
    gst_clear_object(&encoder);
    gst_clear_object(&decoder);
}

// A net, not seen needed since every peer has an association of its own: with a shared one, sctpenc was stopped while
// the task of its source pad had been started after that and waited for packets, so that disposing of it never ended.
// A flush makes the task's queue give up; then it can be joined.
static gboolean stop_stray(GstElement *element, GstPad *pad, gpointer unused) {
    (void)element;
    (void)unused;
    GST_OBJECT_LOCK(pad);
    gboolean running = GST_PAD_TASK(pad) != NULL;
    GST_OBJECT_UNLOCK(pad);
    if (running) {
        gst_pad_set_active(pad, TRUE);
        gst_pad_send_event(pad, gst_event_new_flush_start());
        gst_pad_stop_task(pad);
        gst_pad_set_active(pad, FALSE);
    }
    return TRUE;
}

void viva_peer_stop_strays(viva_webrtc_peer *peer) {
    g_mutex_lock(&peer->inner_lock);
    GstElement *elements[] = {peer->sctp_encoder, peer->sctp_decoder};
    for (size_t i = 0; i < G_N_ELEMENTS(elements); i++) {
        if (elements[i] != NULL) {
            gst_object_ref(elements[i]);
        }
    }
    g_mutex_unlock(&peer->inner_lock);
    for (size_t i = 0; i < G_N_ELEMENTS(elements); i++) {
        if (elements[i] != NULL) {
            gst_element_set_locked_state(elements[i], TRUE);
            gst_element_set_state(elements[i], GST_STATE_NULL);
            gst_element_foreach_src_pad(elements[i], stop_stray, NULL);
            gst_object_unref(elements[i]);
        }
    }
}
