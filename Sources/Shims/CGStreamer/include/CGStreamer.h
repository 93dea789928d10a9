// One WebRTC peer connection on GStreamer's webrtcbin: Opus audio both ways and one data channel.
//
// A narrow interface with no policy and no GLib type in it. Audio is 24 kHz mono signed 16 bit in
// frames of VIVA_WEBRTC_FRAME_SAMPLES. Time limits, reasons and SDP checks belong to the caller.
//
// Threads: every function may be called from any thread, except `viva_webrtc_peer_close`, which joins
// GStreamer's threads and therefore must not be called inside a callback.
// Callbacks run on GStreamer's threads and must return at once.
#ifndef VIVA_CGSTREAMER_H
#define VIVA_CGSTREAMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

enum {
    VIVA_WEBRTC_SAMPLE_RATE = 24000,
    // 20 ms: Opus' usual frame, and what browsers send.
    VIVA_WEBRTC_FRAME_SAMPLES = 480,
    // Longest text message taken from a peer. Without `max-message-size` in the SDP, which webrtcbin does
    // not write, peers assume 64 KiB (RFC 8841, section 6.1); a longer message is dropped.
    VIVA_WEBRTC_MAX_TEXT_BYTES = 65536,
};

// Runs `body` on a new detached thread. `name` must live for ever; 15 bytes of it are shown by `top` and debuggers.
// False when the system has no thread left; `body` is not run then.
bool viva_thread_start(const char *name, void (*body)(void *context), void *context);

// Lets the calling thread run before threads that do not move media, as far as the system permits it (CAP_SYS_NICE, or limits for
// RTPRIO or NICE). A frame is due every 20 ms and takes less than one; a thread that computes must not keep it waiting.
//
// `paces`: the thread that all calls wait for goes before those of a single call.
//
// Returns false when nothing of it is permitted; then the thread is an ordinary one.
bool viva_thread_moves_media(bool paces);

// Takes that back, for a thread that is used for something else next.
void viva_thread_is_ordinary(void);

// Nanoseconds of the clock that GStreamer runs on, which only goes forward.
uint64_t viva_monotonic_now(void);
void viva_monotonic_sleep_until(uint64_t instant);

typedef enum viva_webrtc_event {
    // The local description is complete, candidates included. Text: the SDP.
    VIVA_WEBRTC_DESCRIBED,
    // The remote description of an offerer was taken in.
    VIVA_WEBRTC_ANSWER_ACCEPTED,
    // A description was refused or could not be made. Text: the cause, for a log.
    VIVA_WEBRTC_NEGOTIATION_FAILED,
    // ICE and DTLS are up. At most once.
    VIVA_WEBRTC_CONNECTED,
    // The data channel is open. Text: its label.
    VIVA_WEBRTC_CHANNEL_OPEN,
    // A text message of the peer. Text: the message, any bytes.
    VIVA_WEBRTC_TEXT,
    // ICE gave the peer up: no answer to its checks, before or after being connected.
    VIVA_WEBRTC_UNREACHABLE,
    // The peer's certificate is not the one that its description names. Nothing follows.
    VIVA_WEBRTC_UNTRUSTED,
    // The pipeline stopped with an error. After CONNECTED this is how a peer's own close shows:
    // the SCTP association is aborted. Text: the cause, for a log.
    VIVA_WEBRTC_ERROR,
} viva_webrtc_event;

typedef struct viva_webrtc_callbacks {
    // Handed to each callback. `viva_webrtc_peer_close` calls `release` once, when nothing can call back any more.
    void *context;
    // `text` is valid during the call, `length` bytes, not terminated for the reader's purposes.
    void (*event)(void *context, viva_webrtc_event event, const char *text, size_t length);
    // Exactly VIVA_WEBRTC_FRAME_SAMPLES samples, valid during the call.
    void (*audio)(void *context, const int16_t *samples);
    void (*release)(void *context);
} viva_webrtc_callbacks;

typedef struct viva_webrtc_settings {
    // Inclusive range of UDP ports; both 0 lets the system choose. One port for each call and address.
    uint16_t min_port;
    uint16_t max_port;
    // Longest wait for a missing packet, milliseconds. In-order packets are not delayed by it.
    uint32_t latency_ms;
    // Opus encoder: bits per second, 0…10, and the loss that in-band forward error correction provides for.
    uint32_t bitrate;
    uint32_t complexity;
    uint32_t expected_loss_percent;
    // Whether digital silence is encoded like everything else. If not, frames of it are packets without content after 200 ms.
    bool encodes_silence;
    // Synchronisation source of the audio that is sent. Chosen by the caller (random), so that the
    // description names it before the encoder has run.
    uint32_t ssrc;
} viva_webrtc_settings;

typedef struct viva_webrtc_stats {
    uint64_t frames_received;
    uint64_t frames_pushed;
    // Of those, silent ones that were not encoded.
    uint64_t frames_spared;
    // Text messages of the peer: handed over, and dropped for their length.
    uint64_t texts_received;
    uint64_t texts_dropped;
    // From the jitter buffer: packets that never came, packets that came too late, mean jitter.
    uint64_t packets_lost;
    uint64_t packets_late;
    uint64_t jitter_ns;
    // Bytes of text that wait in the data channel.
    uint64_t queued_bytes;
} viva_webrtc_stats;

typedef struct viva_webrtc_peer viva_webrtc_peer;

// Initialises GStreamer once for the process and loads the plugins a call needs. False when one is missing;
// `problem` then names it and the Debian package that has it. Later calls return the first result.
bool viva_gstreamer_initialize(char *problem, size_t capacity);

// A new peer, not yet doing anything. NULL when webrtcbin cannot be made; `callbacks->release` is not called then.
// The caller holds one reference and must close the peer before it gives that back.
viva_webrtc_peer *viva_webrtc_peer_new(const viva_webrtc_settings *settings, const viva_webrtc_callbacks *callbacks);

// Binds to this address, not to all that ICE finds by itself. May be repeated; only before a description.
bool viva_webrtc_peer_bind(viva_webrtc_peer *peer, const char *address);

// Starts to answer an offer whose audio section is the `section`th (from 0) and carries Opus as `payload_type`.
// DESCRIBED or NEGOTIATION_FAILED follows; neither, when no local address or port can be bound.
bool viva_webrtc_peer_accept_offer(viva_webrtc_peer *peer, const char *sdp, unsigned section, unsigned payload_type);

// Starts to make an offer: audio in both directions and a data channel with this label. Events as above.
bool viva_webrtc_peer_make_offer(viva_webrtc_peer *peer, const char *channel_label);

// Takes the answer to an offer. ANSWER_ACCEPTED or NEGOTIATION_FAILED follows.
bool viva_webrtc_peer_accept_answer(viva_webrtc_peer *peer, const char *sdp);

// True while the local description is set but its candidates are not complete. If it stays so,
// no address or port of the range could be bound.
bool viva_webrtc_peer_is_gathering(viva_webrtc_peer *peer);

// Sends one frame of VIVA_WEBRTC_FRAME_SAMPLES samples (copied). Call it every 20 ms from CONNECTED on.
// `skipped_frames`: frames that were due since the last call and are left out; time goes on over them.
bool viva_webrtc_peer_push(viva_webrtc_peer *peer, const int16_t *samples, uint32_t skipped_frames);

// Sends a text message, neither empty nor with a zero byte in it, unless more than `queue_limit` bytes would then
// wait. False: nothing was sent.
bool viva_webrtc_peer_send_text(viva_webrtc_peer *peer, const char *text, size_t length, size_t queue_limit);

void viva_webrtc_peer_get_stats(viva_webrtc_peer *peer, viva_webrtc_stats *stats);

// Ends everything, releases the callbacks' context and returns when no callback can come any more. Idempotent. Waits for a negotiation
// under way, at most 2 s: stopping webrtcbin in the midst of one leaks its sockets.
void viva_webrtc_peer_close(viva_webrtc_peer *peer);

// Gives the caller's reference back. The peer must be closed.
void viva_webrtc_peer_release(viva_webrtc_peer *peer);

#if defined(__cplusplus)
}
#endif

#endif
