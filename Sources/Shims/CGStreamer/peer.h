// What the files of this shim share. Nothing here is visible to Swift.
#ifndef VIVA_WEBRTC_PEER_H
#define VIVA_WEBRTC_PEER_H

#define GST_USE_UNSTABLE_API
#include <gst/app/app.h>
#include <gst/gst.h>
#include <gst/sdp/sdp.h>
#include <gst/webrtc/webrtc.h>

#include "CGStreamer.h"

// Streams that a peer may open on the audio section (a new one follows a changed SSRC). Each costs a jitter
// buffer and its threads, so a peer that keeps inventing sources is cut off.
#define VIVA_WEBRTC_MAX_STREAMS 8

struct viva_webrtc_peer {
    // One for the owner, one for each promise, signal, probe or handler that can still call back.
    gatomicrefcount references;
    viva_webrtc_callbacks callbacks;
    viva_webrtc_settings settings;

    // Cleared by close, so every use takes its own reference under the lock.
    GMutex element_lock;
    GstElement *pipeline;
    GstElement *webrtc;
    GstElement *source;

    // Callbacks under way, and whether any more may start: see `viva_peer_enter`.
    gint callbacks_running;
    gint closing;
    gint connected;
    // An error stopped the pipeline: most often the peer's own goodbye.
    gint broken;
    gint described;
    gint local_description_set;

    // Negotiation under way: `viva_webrtc_peer_close` waits for it.
    GMutex negotiation_lock;
    GCond negotiation_settled;
    gboolean negotiating;
    gboolean closed;
    GMutex close_lock;

    GMutex channel_lock;
    GstWebRTCDataChannel *channel;
    gint channel_announced;

    // Elements that webrtcbin makes inside itself, seen as they are added.
    GMutex inner_lock;
    GstElement *jitter_buffer;
    GstElement *sctp_decoder;
    GstElement *sctp_encoder;
    GstElement *dtls_encoder;
    // Number of the SCTP association, this peer's alone.
    guint association;
    // Fingerprints that the peer's description names, in lower case.
    GPtrArray *fingerprints;

    // Used by the one thread that pushes.
    GstClockTime next_timestamp;

    gint streams;
    // Frames of the newest stream are heard, those of older ones are not.
    gint newest_stream;

    guint64 frames_received;
    guint64 frames_pushed;
    guint64 frames_spared;
    guint64 texts_received;
    guint64 texts_dropped;
};

viva_webrtc_peer *viva_peer_retain(viva_webrtc_peer *peer);
void viva_peer_drop(gpointer peer);
void viva_peer_drop_closure(gpointer peer, GClosure *closure);

// Brackets every call out of the shim. False: the peer is closing, do not call.
gboolean viva_peer_enter(viva_webrtc_peer *peer);
void viva_peer_leave(viva_webrtc_peer *peer);
void viva_peer_emit(viva_webrtc_peer *peer, viva_webrtc_event event, const char *text);

// A reference to the element, or NULL once the peer is closed.
gpointer viva_peer_element(viva_webrtc_peer *peer, GstElement **element);

void viva_peer_negotiation_began(viva_webrtc_peer *peer);
void viva_peer_negotiation_ended(viva_webrtc_peer *peer);

// The certificate that the peer must present; said before the description is set.
void viva_peer_expect_fingerprints(viva_webrtc_peer *peer, const GstSDPMessage *description);
void viva_peer_certificate_received(GObject *dtls_decoder, GParamSpec *property, gpointer peer);

// Media: the sending half is made before the description, the receiving half when the first packet came.
gboolean viva_peer_add_sender(viva_webrtc_peer *peer, const char *pad_name, unsigned payload_type);
void viva_peer_pad_added(GstElement *webrtc, GstPad *pad, gpointer peer);

// Opus. The source is given samples and lets out packets from then on; the sink gets packets and what is lost of them.
gboolean viva_peer_encode(viva_webrtc_peer *peer, GstElement *source);
gboolean viva_peer_decode(viva_webrtc_peer *peer, GstElement *sink, gint stream);

// Data channel.
void viva_peer_data_channel(GstElement *webrtc, GstWebRTCDataChannel *channel, gpointer peer);
void viva_peer_adopt_channel(viva_webrtc_peer *peer, GstWebRTCDataChannel *channel);
void viva_peer_forget_channel(viva_webrtc_peer *peer);

// 0: none is left.
guint viva_association_take(void);
void viva_association_give_back(guint number);

// Tells a connected peer that this side leaves; returns when it is on its way, or after a short while.
void viva_peer_say_goodbye(viva_webrtc_peer *peer);

// Ends tasks that still run in the stopped SCTP elements, for which their disposal would wait for ever.
void viva_peer_stop_strays(viva_webrtc_peer *peer);

// Negotiation.
void viva_peer_gathering_changed(GObject *webrtc, GParamSpec *property, gpointer peer);

#endif
