// Frames of samples to packets of Opus, with the library's interface for a single stream. GStreamer's own element uses the one for many
// streams, which asks the processor for its features with each frame: 9 µs a question on a virtual machine, where the host answers it.
//
// Silence is not encoded. Opus at the effort of a call needs as long for digital silence as for speech, and an interviewer listens most of
// the time. After a while of silence its packets are written here: a table-of-contents byte and a frame of no bytes, which decoders fill with
// what they would conceal a loss with, and that is silence then (RFC 6716, sections 2.1.9 and 3.1; RFC 7587, section 3.1.3). Unlike
// discontinuous transmission this leaves no packet out: receivers that count on one every 20 ms go on to get it.
#include <opus.h>
#include <string.h>

#include "peer.h"

// A frame of 20 ms has at most this (RFC 6716, section 3.4); at the bit rates of a call it has about 80.
#define MAX_PACKET_BYTES 1275

// Silent frames that are encoded first, 200 ms: the encoder's look-ahead and the decoder's memory are silent after them. As in libopus.
#define FRAMES_BEFORE_SPARING 10
// One in so many is encoded all the same (400 ms), so that a receiver that lost the last ones does not stay with what it had. As in libopus.
#define REFRESH_INTERVAL 20

// All but the two bits that tell the number of frames (RFC 6716, section 3.1): 0 is one frame.
#define CODE_BITS 0x03

// Used by the one thread of the source.
struct encoding {
    viva_webrtc_peer *peer;
    OpusEncoder *encoder;
    guint silent_frames;
    // Table-of-contents byte of the newest packet: decoders stay in its mode.
    guint8 contents;
    unsigned char packet[MAX_PACKET_BYTES];
};

static void encoding_free(gpointer data) {
    struct encoding *encoding = data;
    viva_peer_drop(encoding->peer);
    opus_encoder_destroy(encoding->encoder);
    g_free(encoding);
}

static gboolean is_silent(const guint8 *bytes, gsize count) {
    // Each byte equals the one before it, and the first is zero.
    return count > 0 && bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0;
}

static gboolean may_be_spared(struct encoding *encoding, const GstMapInfo *frame) {
    if (encoding->peer->settings.encodes_silence || !is_silent(frame->data, frame->size)) {
        encoding->silent_frames = 0;
        return FALSE;
    }
    guint number = encoding->silent_frames++;
    return number >= FRAMES_BEFORE_SPARING && (number - FRAMES_BEFORE_SPARING) % REFRESH_INTERVAL != REFRESH_INTERVAL - 1;
}

// Bytes of the packet, or 0.
static gsize encode(struct encoding *encoding, const GstMapInfo *frame) {
    if (frame->size != VIVA_WEBRTC_FRAME_SAMPLES * sizeof(opus_int16)) {
        return 0;
    }
    if (may_be_spared(encoding, frame)) {
        encoding->packet[0] = encoding->contents;
        __atomic_fetch_add(&encoding->peer->frames_spared, 1, __ATOMIC_RELAXED);
        return 1;
    }
    opus_int32 count = opus_encode(
        encoding->encoder, (const opus_int16 *)frame->data, VIVA_WEBRTC_FRAME_SAMPLES, encoding->packet, sizeof encoding->packet);
    if (count <= 0) {
        return 0;
    }
    encoding->contents = encoding->packet[0] & ~CODE_BITS;
    return (gsize)count;
}

// Puts a packet in the place of the frame.
static GstPadProbeReturn frame_leaves_source(GstPad *pad, GstPadProbeInfo *info, gpointer data) {
    (void)pad;
    struct encoding *encoding = data;
    GstBuffer *frame = GST_PAD_PROBE_INFO_BUFFER(info);
    GstMapInfo map;
    if (!gst_buffer_map(frame, &map, GST_MAP_READ)) {
        return GST_PAD_PROBE_DROP;
    }
    gsize count = encode(encoding, &map);
    gst_buffer_unmap(frame, &map);
    if (count == 0) {
        return GST_PAD_PROBE_DROP;
    }
    GstBuffer *packet = gst_buffer_new_allocate(NULL, count, NULL);
    gst_buffer_fill(packet, 0, encoding->packet, count);
    gst_buffer_copy_into(packet, frame, GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
    gst_buffer_unref(frame);
    GST_PAD_PROBE_INFO_DATA(info) = packet;
    return GST_PAD_PROBE_OK;
}

gboolean viva_peer_encode(viva_webrtc_peer *peer, GstElement *source) {
    OpusEncoder *encoder = opus_encoder_create(VIVA_WEBRTC_SAMPLE_RATE, 1, OPUS_APPLICATION_VOIP, NULL);
    if (encoder == NULL) {
        return FALSE;
    }
    guint loss = peer->settings.expected_loss_percent;
    opus_encoder_ctl(encoder, OPUS_SET_BITRATE((opus_int32)peer->settings.bitrate));
    opus_encoder_ctl(encoder, OPUS_SET_VBR(1));
    opus_encoder_ctl(encoder, OPUS_SET_VBR_CONSTRAINT(1));
    opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY((opus_int32)peer->settings.complexity));
    // All that 24 kHz can hold, whatever the bit rate: voices are recognised by their high frequencies.
    opus_encoder_ctl(encoder, OPUS_SET_BANDWIDTH(OPUS_BANDWIDTH_SUPERWIDEBAND));
    opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(loss > 0));
    opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC((opus_int32)loss));

    struct encoding *encoding = g_new0(struct encoding, 1);
    encoding->peer = viva_peer_retain(peer);
    encoding->encoder = encoder;
    GstPad *output = gst_element_get_static_pad(source, "src");
    gst_pad_add_probe(output, GST_PAD_PROBE_TYPE_BUFFER, frame_leaves_source, encoding, encoding_free);
    gst_object_unref(output);
    return TRUE;
}
