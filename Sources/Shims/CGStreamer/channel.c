// The data channel: one, the peer's first or the one that was offered.
#include <string.h>

#include "peer.h"

static void announce_open(viva_webrtc_peer *peer, GstWebRTCDataChannel *channel) {
    if (!g_atomic_int_compare_and_exchange(&peer->channel_announced, FALSE, TRUE)) {
        return;
    }
    char *label = NULL;
    g_object_get(channel, "label", &label, NULL);
    viva_peer_emit(peer, VIVA_WEBRTC_CHANNEL_OPEN, label == NULL ? "" : label);
    g_free(label);
}

static void channel_is_usable(GstWebRTCDataChannel *channel, gpointer peer) {
    announce_open(peer, channel);
}

static void channel_closed(GstWebRTCDataChannel *channel, gpointer data) {
    viva_webrtc_peer *peer = data;
    g_mutex_lock(&peer->channel_lock);
    gboolean ours = peer->channel == channel;
    if (ours) {
        peer->channel = NULL;
    }
    g_mutex_unlock(&peer->channel_lock);
    if (ours) {
        gst_object_unref(channel);
    }
}

static void text_received(GstWebRTCDataChannel *channel, const char *text, gpointer data) {
    viva_webrtc_peer *peer = data;
    // A peer that sends before it has the acknowledgement does not wait for it, and nothing may be told of a channel before it is open.
    announce_open(peer, channel);
    // An empty message comes as NULL.
    size_t length = text == NULL ? 0 : strlen(text);
    if (length > VIVA_WEBRTC_MAX_TEXT_BYTES) {
        __atomic_fetch_add(&peer->texts_dropped, 1, __ATOMIC_RELAXED);
        return;
    }
    __atomic_fetch_add(&peer->texts_received, 1, __ATOMIC_RELAXED);
    viva_peer_emit(peer, VIVA_WEBRTC_TEXT, text);
}

// FALSE if there is one already.
static gboolean adopt(viva_webrtc_peer *peer, GstWebRTCDataChannel *channel) {
    g_mutex_lock(&peer->channel_lock);
    gboolean first = peer->channel == NULL;
    if (first) {
        peer->channel = gst_object_ref(channel);
    }
    g_mutex_unlock(&peer->channel_lock);
    if (first) {
        g_signal_connect_data(channel, "on-close", G_CALLBACK(channel_closed), viva_peer_retain(peer), viva_peer_drop_closure, 0);
        g_signal_connect_data(channel, "on-message-string", G_CALLBACK(text_received), viva_peer_retain(peer), viva_peer_drop_closure, 0);
    }
    return first;
}

void viva_peer_adopt_channel(viva_webrtc_peer *peer, GstWebRTCDataChannel *channel) {
    if (adopt(peer, channel)) {
        g_signal_connect_data(channel, "on-open", G_CALLBACK(channel_is_usable), viva_peer_retain(peer), viva_peer_drop_closure, 0);
    }
}

void viva_peer_data_channel(GstElement *webrtc, GstWebRTCDataChannel *channel, gpointer data) {
    (void)webrtc;
    viva_webrtc_peer *peer = data;
    if (!adopt(peer, channel)) {
        g_signal_emit_by_name(channel, "close");
        return;
    }
    // webrtcbin says that the channel is open before it sends the acknowledgement (RFC 8832, section 6), and what is sent in between
    // overtakes it: to aiortc the channel is then not open yet, though it has a message. The acknowledgement is the first thing that
    // waits in the channel; when nothing waits any more, it is on its way and stays in front. This thread says so (from GStreamer 1.20 on also
    // with a threshold of nothing), and not before it is done here.
    g_signal_connect_data(channel, "on-buffered-amount-low", G_CALLBACK(channel_is_usable), viva_peer_retain(peer), viva_peer_drop_closure, 0);
}

void viva_peer_forget_channel(viva_webrtc_peer *peer) {
    g_mutex_lock(&peer->channel_lock);
    GstWebRTCDataChannel *channel = peer->channel;
    peer->channel = NULL;
    g_mutex_unlock(&peer->channel_lock);
    gst_clear_object(&channel);
}

bool viva_webrtc_peer_send_text(viva_webrtc_peer *peer, const char *text, size_t length, size_t queue_limit) {
    // GLib strings end at the first zero byte, and webrtcbin breaks the channel over an empty one.
    if (length == 0 || memchr(text, 0, length) != NULL) {
        return false;
    }
    bool sent = false;
    g_mutex_lock(&peer->channel_lock);
    if (peer->channel != NULL) {
        GstWebRTCDataChannelState state = GST_WEBRTC_DATA_CHANNEL_STATE_CLOSED;
        guint64 queued = 0;
        g_object_get(peer->channel, "ready-state", &state, "buffered-amount", &queued, NULL);
        if (state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN && queued + length <= queue_limit) {
            char *copy = g_strndup(text, length);
            GError *error = NULL;
            sent = gst_webrtc_data_channel_send_string_full(peer->channel, copy, &error);
            g_clear_error(&error);
            g_free(copy);
        }
    }
    g_mutex_unlock(&peer->channel_lock);
    return sent;
}
