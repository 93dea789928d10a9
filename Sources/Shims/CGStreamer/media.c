// The ends of the pipeline. What enters the source is samples and what leaves it is Opus, at 24 kHz mono: nothing resamples or mixes.
#include "peer.h"

#define OPUS_CAPS "audio/x-opus,rate=24000,channels=1,channel-mapping-family=0,stream-count=1,coupled-count=0"
#define FRAME_BYTES (VIVA_WEBRTC_FRAME_SAMPLES * sizeof(int16_t))
#define FRAME_TIME (20 * GST_MSECOND)

// Frames that may wait in front of the encoder; the oldest goes first. It only fills when the machine stalls.
#define MAX_WAITING_FRAMES 10

gboolean viva_peer_add_sender(viva_webrtc_peer *peer, const char *pad_name, unsigned payload_type) {
    char *description = g_strdup_printf(
        "appsrc name=source is-live=true format=time do-timestamp=false block=false max-bytes=0 max-time=0 max-buffers=%d "
        "leaky-type=downstream ! rtpopuspay ! "
        "capsfilter caps=application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload=%u,ssrc=(uint)%u",
        MAX_WAITING_FRAMES, payload_type, peer->settings.ssrc);
    GError *error = NULL;
    GstElement *sender = gst_parse_bin_from_description(description, TRUE, &error);
    g_free(description);
    g_clear_error(&error);
    if (sender == NULL) {
        return FALSE;
    }
    gst_bin_add(GST_BIN(peer->pipeline), sender);
    peer->source = gst_bin_get_by_name(GST_BIN(sender), "source");
    if (!viva_peer_encode(peer, peer->source)) {
        return FALSE;
    }
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
        // Not before: webrtcbin prefers what the payloader makes of them (`sprop-stereo=0`) once it has seen it, and the description must
        // not depend on whether it has.
        GstCaps *caps = gst_caps_from_string(OPUS_CAPS);
        gst_app_src_set_caps(GST_APP_SRC(source), caps);
        gst_caps_unref(caps);
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
    GstElement *bin = gst_parse_bin_from_description(
        heard ? "rtpopusdepay ! appsink name=sink sync=false async=false drop=true" : "fakesink sync=false async=false", TRUE, NULL);
    if (bin == NULL) {
        viva_peer_emit(peer, VIVA_WEBRTC_ERROR, "the decoder could not be made");
        gst_object_unref(pipeline);
        return;
    }
    if (heard) {
        GstElement *sink = gst_bin_get_by_name(GST_BIN(bin), "sink");
        gboolean decodes = viva_peer_decode(peer, sink, stream);
        gst_object_unref(sink);
        if (!decodes) {
            viva_peer_emit(peer, VIVA_WEBRTC_ERROR, "the decoder could not be made");
            gst_object_unref(gst_object_ref_sink(bin));
            gst_object_unref(pipeline);
            return;
        }
    }
    gst_bin_add(GST_BIN(pipeline), bin);
    gst_element_sync_state_with_parent(bin);
    GstPad *input = gst_element_get_static_pad(bin, "sink");
    gst_pad_link(pad, input);
    gst_object_unref(input);
    gst_object_unref(pipeline);
}
