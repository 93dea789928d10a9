// Opus both ways. opusenc and opusdec work at 24 kHz mono themselves, so nothing resamples or mixes.
#include <string.h>

#include "peer.h"

#define PCM_CAPS "audio/x-raw,format=S16LE,layout=interleaved,rate=24000,channels=1"
#define FRAME_BYTES (VIVA_WEBRTC_FRAME_SAMPLES * sizeof(int16_t))
#define FRAME_TIME (20 * GST_MSECOND)

// Frames that may wait in front of the encoder; the oldest goes first. It only fills when the machine stalls.
#define MAX_WAITING_FRAMES 10

// Decoded audio that may wait for a callback that is late: 1 s. The callback runs on the decoder's own thread,
// so in practice nothing waits.
#define MAX_WAITING_BUFFERS 50

gboolean viva_peer_add_sender(viva_webrtc_peer *peer, const char *pad_name, unsigned payload_type) {
    char *description = g_strdup_printf(
        "appsrc name=source is-live=true format=time do-timestamp=false block=false max-bytes=0 max-time=0 max-buffers=%d "
        "leaky-type=downstream caps=" PCM_CAPS " ! "
        "opusenc audio-type=voice frame-size=20 bitrate-type=constrained-vbr bitrate=%u complexity=%u inband-fec=%s "
        "packet-loss-percentage=%u dtx=false ! rtpopuspay ! "
        "capsfilter caps=application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload=%u,ssrc=(uint)%u",
        MAX_WAITING_FRAMES, peer->settings.bitrate, peer->settings.complexity, peer->settings.expected_loss_percent > 0 ? "true" : "false",
        peer->settings.expected_loss_percent, payload_type, peer->settings.ssrc);
    GError *error = NULL;
    GstElement *sender = gst_parse_bin_from_description(description, TRUE, &error);
    g_free(description);
    g_clear_error(&error);
    if (sender == NULL) {
        return FALSE;
    }
    gst_bin_add(GST_BIN(peer->pipeline), sender);
    peer->source = gst_bin_get_by_name(GST_BIN(sender), "source");
    return gst_element_link_pads(sender, "src", peer->webrtc, pad_name);
}

bool viva_webrtc_peer_push(viva_webrtc_peer *peer, const int16_t *samples, uint32_t skipped_frames) {
    GstElement *source = viva_peer_element(peer, &peer->source);
    if (source == NULL) {
        return false;
    }
    if (!GST_CLOCK_TIME_IS_VALID(peer->next_timestamp)) {
        GstClock *clock = gst_element_get_clock(source);
        GstClockTime base_time = gst_element_get_base_time(source);
        // Until the pipeline plays the base time is 0, and a timestamp made of it lies as far in the future as the
        // machine has been up: webrtcbin would wait for that moment and never send anything.
        if (clock == NULL || base_time == 0) {
            gst_clear_object(&clock);
            gst_object_unref(source);
            return false;
        }
        peer->next_timestamp = gst_clock_get_time(clock) - base_time;
        gst_object_unref(clock);
    }
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, FRAME_BYTES, NULL);
    gst_buffer_fill(buffer, 0, samples, FRAME_BYTES);
    peer->next_timestamp += skipped_frames * FRAME_TIME;
    GST_BUFFER_PTS(buffer) = peer->next_timestamp;
    GST_BUFFER_DURATION(buffer) = FRAME_TIME;
    peer->next_timestamp += FRAME_TIME;
    GstFlowReturn flow = gst_app_src_push_buffer(GST_APP_SRC(source), buffer);
    gst_object_unref(source);
    __atomic_fetch_add(&peer->frames_pushed, 1, __ATOMIC_RELAXED);
    return flow == GST_FLOW_OK;
}

// One stream of the peer. Its decoder gives buffers of whatever length the peer's packets have.
struct receiver {
    viva_webrtc_peer *peer;
    gint stream;
    size_t filled;
    int16_t frame[VIVA_WEBRTC_FRAME_SAMPLES];
};

static void receiver_free(gpointer data) {
    struct receiver *receiver = data;
    viva_peer_drop(receiver->peer);
    g_free(receiver);
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

static GstFlowReturn new_sample(GstAppSink *sink, gpointer data) {
    struct receiver *receiver = data;
    GstSample *sample = gst_app_sink_pull_sample(sink);
    if (sample == NULL) {
        return GST_FLOW_EOS;
    }
    GstBuffer *buffer = gst_sample_get_buffer(sample);
    GstMapInfo map;
    if (buffer != NULL && receiver->stream == g_atomic_int_get(&receiver->peer->newest_stream) && viva_peer_enter(receiver->peer)) {
        if (gst_buffer_map(buffer, &map, GST_MAP_READ)) {
            reframe(receiver, (const int16_t *)map.data, map.size / sizeof(int16_t));
            gst_buffer_unmap(buffer, &map);
        }
        viva_peer_leave(receiver->peer);
    }
    gst_sample_unref(sample);
    return GST_FLOW_OK;
}

static gboolean is_opus(GstPad *pad) {
    GstCaps *caps = gst_pad_get_current_caps(pad);
    if (caps == NULL) {
        return FALSE;
    }
    const GstStructure *structure = gst_caps_get_structure(caps, 0);
    gboolean opus = g_strcmp0(gst_structure_get_string(structure, "media"), "audio") == 0
                    && g_ascii_strcasecmp(gst_structure_get_string(structure, "encoding-name") ?: "", "OPUS") == 0;
    gst_caps_unref(caps);
    return opus;
}

// Comes with the first packet of a stream.
void viva_peer_pad_added(GstElement *webrtc, GstPad *pad, gpointer data) {
    (void)webrtc;
    viva_webrtc_peer *peer = data;
    if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC) {
        return;
    }
    gint stream = g_atomic_int_add(&peer->streams, 1) + 1;
    if (stream > VIVA_WEBRTC_MAX_STREAMS) {
        viva_peer_emit(peer, VIVA_WEBRTC_ERROR, "the peer opened too many streams");
        return;
    }
    GstElement *pipeline = viva_peer_element(peer, &peer->pipeline);
    if (pipeline == NULL) {
        return;
    }
    gboolean heard = is_opus(pad);
    // In-band error correction is not decoded: it would hold every frame back by one, 20 ms, for the rare lost one.
    GstElement *bin = gst_parse_bin_from_description(
        heard ? "rtpopusdepay ! opusdec plc=true use-inband-fec=false ! " PCM_CAPS " ! appsink name=sink sync=false async=false drop=true"
              : "fakesink sync=false async=false",
        TRUE, NULL);
    if (bin == NULL) {
        viva_peer_emit(peer, VIVA_WEBRTC_ERROR, "the decoder could not be made");
        gst_object_unref(pipeline);
        return;
    }
    if (heard) {
        struct receiver *receiver = g_new0(struct receiver, 1);
        receiver->peer = viva_peer_retain(peer);
        receiver->stream = stream;
        g_atomic_int_set(&peer->newest_stream, stream);
        GstElement *sink = gst_bin_get_by_name(GST_BIN(bin), "sink");
        GstAppSinkCallbacks callbacks = {.new_sample = new_sample};
        g_object_set(sink, "max-buffers", MAX_WAITING_BUFFERS, NULL);
        gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, receiver, receiver_free);
        gst_object_unref(sink);
    }
    gst_bin_add(GST_BIN(pipeline), bin);
    gst_element_sync_state_with_parent(bin);
    GstPad *input = gst_element_get_static_pad(bin, "sink");
    gst_pad_link(pad, input);
    gst_object_unref(input);
    gst_object_unref(pipeline);
}
