// Packets of Opus to frames of samples, with the library's interface for a single stream (why: see encoding.c).
#include <opus.h>
#include <string.h>

#include "peer.h"

// Packets that may wait for a callback that is late: 1 s of the usual ones. The callback runs on the jitter buffer's own thread, so in practice
// nothing waits.
#define MAX_WAITING_PACKETS 50

// A packet has at most 120 ms (RFC 6716, section 2.1.4).
#define MAX_PACKET_SAMPLES (VIVA_WEBRTC_SAMPLE_RATE / 1000 * 120)

// What is made up for each gap that the jitter buffer tells, at most: as long as the longest packet. By then the decoder has faded to silence.
#define MAX_CONCEALED_SAMPLES MAX_PACKET_SAMPLES

// One stream of the peer. Counted by the sink and by its pad's probe. Used by the one thread of its jitter buffer.
struct receiver {
    viva_webrtc_peer *peer;
    gint stream;
    OpusDecoder *decoder;
    // Samples of the newest packet; 0 before the first, when there is nothing for concealment to go on from.
    int packet_samples;
    size_t filled;
    opus_int16 frame[VIVA_WEBRTC_FRAME_SAMPLES];
    opus_int16 decoded[MAX_PACKET_SAMPLES];
};

static void receiver_clear(gpointer data) {
    struct receiver *receiver = data;
    viva_peer_drop(receiver->peer);
    opus_decoder_destroy(receiver->decoder);
}

static void receiver_drop(gpointer data) {
    g_atomic_rc_box_release_full(data, receiver_clear);
}

static void deliver(viva_webrtc_peer *peer, const int16_t *samples) {
    // Counted before it is handed on: who has the frame may ask for the count at once.
    __atomic_fetch_add(&peer->frames_received, 1, __ATOMIC_RELAXED);
    peer->callbacks.audio(peer->callbacks.context, samples);
}

static void reframe(struct receiver *receiver, const int16_t *samples, size_t count) {
    while (count > 0) {
        if (receiver->filled == 0 && count >= VIVA_WEBRTC_FRAME_SAMPLES) {
            deliver(receiver->peer, samples);
            samples += VIVA_WEBRTC_FRAME_SAMPLES;
            count -= VIVA_WEBRTC_FRAME_SAMPLES;
            continue;
        }
        size_t part = MIN(count, VIVA_WEBRTC_FRAME_SAMPLES - receiver->filled);
        memcpy(receiver->frame + receiver->filled, samples, part * sizeof(int16_t));
        receiver->filled += part;
        samples += part;
        count -= part;
        if (receiver->filled == VIVA_WEBRTC_FRAME_SAMPLES) {
            receiver->filled = 0;
            deliver(receiver->peer, receiver->frame);
        }
    }
}

// Samples in place of so many packets that did not come, or were no Opus.
static void conceal(struct receiver *receiver, guint64 packets) {
    if (receiver->packet_samples == 0) {
        return;
    }
    // Packets have 2.5 ms or a multiple, which is what may be asked for.
    int samples = (int)MIN(packets, MAX_CONCEALED_SAMPLES / (guint64)receiver->packet_samples) * receiver->packet_samples;
    int count = opus_decode(receiver->decoder, NULL, 0, receiver->decoded, samples, 0);
    if (count > 0) {
        reframe(receiver, receiver->decoded, (size_t)count);
    }
}

static void decode(struct receiver *receiver, const GstMapInfo *packet) {
    // A packet of padding alone (RFC 3550, section 5.1): no sound, and no time either.
    if (packet->size == 0) {
        return;
    }
    // In-band error correction is not decoded: it would hold every frame back by one, 20 ms, for the rare lost one.
    int count = opus_decode(
        receiver->decoder, packet->data, (opus_int32)MIN(packet->size, G_MAXINT32), receiver->decoded, MAX_PACKET_SAMPLES, 0);
    if (count > 0) {
        receiver->packet_samples = count;
        reframe(receiver, receiver->decoded, (size_t)count);
    } else {
        conceal(receiver, 1);
    }
}

static gboolean begin(struct receiver *receiver) {
    return receiver->stream == g_atomic_int_get(&receiver->peer->newest_stream) && viva_peer_enter(receiver->peer);
}

static GstFlowReturn packet_arrived(GstAppSink *sink, gpointer data) {
    struct receiver *receiver = data;
    GstSample *sample = gst_app_sink_pull_sample(sink);
    if (sample == NULL) {
        return GST_FLOW_EOS;
    }
    GstBuffer *buffer = gst_sample_get_buffer(sample);
    GstMapInfo map;
    if (buffer != NULL && begin(receiver)) {
        if (gst_buffer_map(buffer, &map, GST_MAP_READ)) {
            decode(receiver, &map);
            gst_buffer_unmap(buffer, &map);
        }
        viva_peer_leave(receiver->peer);
    }
    gst_sample_unref(sample);
    return GST_FLOW_OK;
}

// The jitter buffer waits no longer for some packets. On the same thread as those that arrive.
static GstPadProbeReturn event_arrived(GstPad *pad, GstPadProbeInfo *info, gpointer data) {
    (void)pad;
    struct receiver *receiver = data;
    GstEvent *event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) != GST_EVENT_GAP) {
        return GST_PAD_PROBE_OK;
    }
    GstClockTime duration = GST_CLOCK_TIME_NONE;
    gst_event_parse_gap(event, NULL, &duration);
    if (receiver->packet_samples > 0 && begin(receiver)) {
        // The jitter buffer estimates the duration from how packets are spaced, and may say nothing or zero: one packet is lost at least.
        GstClockTime packet = gst_util_uint64_scale_int((guint64)receiver->packet_samples, GST_SECOND, VIVA_WEBRTC_SAMPLE_RATE);
        guint64 packets = GST_CLOCK_TIME_IS_VALID(duration) ? (duration + packet / 2) / packet : 1;
        conceal(receiver, MAX(packets, 1));
        viva_peer_leave(receiver->peer);
    }
    return GST_PAD_PROBE_OK;
}

gboolean viva_peer_decode(viva_webrtc_peer *peer, GstElement *sink, gint stream) {
    OpusDecoder *decoder = opus_decoder_create(VIVA_WEBRTC_SAMPLE_RATE, 1, NULL);
    if (decoder == NULL) {
        return FALSE;
    }
    struct receiver *receiver = g_atomic_rc_box_new0(struct receiver);
    receiver->peer = viva_peer_retain(peer);
    receiver->stream = stream;
    receiver->decoder = decoder;
    g_atomic_int_set(&peer->newest_stream, stream);
    GstAppSinkCallbacks callbacks = {.new_sample = packet_arrived};
    g_object_set(sink, "max-buffers", MAX_WAITING_PACKETS, NULL);
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, receiver, receiver_drop);
    GstPad *input = gst_element_get_static_pad(sink, "sink");
    gst_pad_add_probe(input, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, event_arrived, g_atomic_rc_box_acquire(receiver), receiver_drop);
    gst_object_unref(input);
    return TRUE;
}
