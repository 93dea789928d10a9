// Offer and answer. Each step continues in the promise of the one before, on webrtcbin's own thread.
#include "peer.h"

// The cause if the promise failed. Newly allocated, NULL on success.
static char *promise_problem(GstPromise *promise) {
    if (gst_promise_wait(promise) != GST_PROMISE_RESULT_REPLIED) {
        return g_strdup("interrupted");
    }
    const GstStructure *reply = gst_promise_get_reply(promise);
    GError *error = NULL;
    if (reply == NULL || !gst_structure_get(reply, "error", G_TYPE_ERROR, &error, NULL)) {
        return NULL;
    }
    char *problem = g_strdup(error->message);
    g_clear_error(&error);
    return problem;
}

static void fail(viva_webrtc_peer *peer, const char *problem) {
    viva_peer_emit(peer, VIVA_WEBRTC_NEGOTIATION_FAILED, problem);
    viva_peer_negotiation_ended(peer);
}

static gboolean failed(viva_webrtc_peer *peer, GstPromise *promise) {
    char *problem = promise_problem(promise);
    if (problem == NULL) {
        return FALSE;
    }
    fail(peer, problem);
    g_free(problem);
    return TRUE;
}

static GstPromise *promise(viva_webrtc_peer *peer, GstPromiseChangeFunc step) {
    return gst_promise_new_with_change_func(step, viva_peer_retain(peer), viva_peer_drop);
}

// The description is complete when it is set and every candidate is gathered; either may be last.
static void deliver_if_complete(viva_webrtc_peer *peer) {
    GstElement *webrtc = viva_peer_element(peer, &peer->webrtc);
    if (webrtc == NULL) {
        return;
    }
    GstWebRTCICEGatheringState state = GST_WEBRTC_ICE_GATHERING_STATE_NEW;
    GstWebRTCSessionDescription *description = NULL;
    if (g_atomic_int_get(&peer->local_description_set)) {
        g_object_get(webrtc, "ice-gathering-state", &state, NULL);
    }
    if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE && g_atomic_int_compare_and_exchange(&peer->described, FALSE, TRUE)) {
        g_object_get(webrtc, "local-description", &description, NULL);
        if (description == NULL) {
            fail(peer, "no local description");
        } else {
            char *text = gst_sdp_message_as_text(description->sdp);
            viva_peer_emit(peer, VIVA_WEBRTC_DESCRIBED, text);
            viva_peer_negotiation_ended(peer);
            g_free(text);
            gst_webrtc_session_description_free(description);
        }
    }
    gst_object_unref(webrtc);
}

void viva_peer_gathering_changed(GObject *webrtc, GParamSpec *property, gpointer peer) {
    (void)webrtc;
    (void)property;
    deliver_if_complete(peer);
}

static void local_description_set(GstPromise *set, gpointer data) {
    viva_webrtc_peer *peer = data;
    if (!failed(peer, set)) {
        g_atomic_int_set(&peer->local_description_set, TRUE);
        deliver_if_complete(peer);
    }
    gst_promise_unref(set);
}

static void set_local(viva_webrtc_peer *peer, GstPromise *created, const char *field) {
    GstWebRTCSessionDescription *description = NULL;
    GstElement *webrtc = viva_peer_element(peer, &peer->webrtc);
    gst_structure_get(gst_promise_get_reply(created), field, GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &description, NULL);
    if (webrtc == NULL || description == NULL) {
        fail(peer, "no description was made");
    } else {
        g_signal_emit_by_name(webrtc, "set-local-description", description, promise(peer, local_description_set));
    }
    g_clear_pointer(&description, gst_webrtc_session_description_free);
    gst_clear_object(&webrtc);
}

static void answer_created(GstPromise *created, gpointer data) {
    viva_webrtc_peer *peer = data;
    if (!failed(peer, created)) {
        set_local(peer, created, "answer");
    }
    gst_promise_unref(created);
}

static void offer_created(GstPromise *created, gpointer data) {
    viva_webrtc_peer *peer = data;
    if (!failed(peer, created)) {
        set_local(peer, created, "offer");
    }
    gst_promise_unref(created);
}

static void remote_offer_set(GstPromise *set, gpointer data) {
    viva_webrtc_peer *peer = data;
    if (!failed(peer, set)) {
        GstElement *webrtc = viva_peer_element(peer, &peer->webrtc);
        if (webrtc == NULL) {
            fail(peer, "closed");
        } else {
            g_signal_emit_by_name(webrtc, "create-answer", NULL, promise(peer, answer_created));
            gst_object_unref(webrtc);
        }
    }
    gst_promise_unref(set);
}

static void remote_answer_set(GstPromise *set, gpointer data) {
    viva_webrtc_peer *peer = data;
    if (!failed(peer, set)) {
        viva_peer_emit(peer, VIVA_WEBRTC_ANSWER_ACCEPTED, NULL);
        viva_peer_negotiation_ended(peer);
    }
    gst_promise_unref(set);
}

static gboolean set_remote(viva_webrtc_peer *peer, GstElement *webrtc, GstWebRTCSDPType type, const char *sdp, GstPromiseChangeFunc next) {
    GstSDPMessage *message = NULL;
    if (gst_sdp_message_new_from_text(sdp, &message) != GST_SDP_OK) {
        if (message != NULL) {
            gst_sdp_message_free(message);
        }
        return FALSE;
    }
    viva_peer_expect_fingerprints(peer, message);
    GstWebRTCSessionDescription *description = gst_webrtc_session_description_new(type, message);
    viva_peer_negotiation_began(peer);
    g_signal_emit_by_name(webrtc, "set-remote-description", description, promise(peer, next));
    gst_webrtc_session_description_free(description);
    return TRUE;
}

bool viva_webrtc_peer_accept_offer(viva_webrtc_peer *peer, const char *sdp, unsigned section, unsigned payload_type) {
    GstElement *webrtc = viva_peer_element(peer, &peer->webrtc);
    if (webrtc == NULL) {
        return false;
    }
    // The sender's pad is asked for by the number of the section and before the offer is set: that makes a
    // transceiver in both directions for exactly this section, and the answer says `sendrecv`.
    char pad_name[16];
    g_snprintf(pad_name, sizeof pad_name, "sink_%u", section);
    gboolean started = viva_peer_add_sender(peer, pad_name, payload_type)
                       && gst_element_set_state(peer->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE
                       && set_remote(peer, webrtc, GST_WEBRTC_SDP_TYPE_OFFER, sdp, remote_offer_set);
    gst_object_unref(webrtc);
    return started;
}

bool viva_webrtc_peer_make_offer(viva_webrtc_peer *peer, const char *channel_label) {
    // Any dynamic payload type will do; 111 is the one browsers use for Opus.
    const unsigned payload_type = 111;
    GstElement *webrtc = viva_peer_element(peer, &peer->webrtc);
    if (webrtc == NULL) {
        return false;
    }
    gboolean started = viva_peer_add_sender(peer, "sink_0", payload_type)
                       && gst_element_set_state(peer->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
    if (started) {
        GstWebRTCDataChannel *channel = NULL;
        g_signal_emit_by_name(webrtc, "create-data-channel", channel_label, NULL, &channel);
        if (channel != NULL) {
            viva_peer_adopt_channel(peer, channel);
            gst_object_unref(channel);
        }
        viva_peer_negotiation_began(peer);
        g_signal_emit_by_name(webrtc, "create-offer", NULL, promise(peer, offer_created));
    }
    gst_object_unref(webrtc);
    return started;
}

bool viva_webrtc_peer_accept_answer(viva_webrtc_peer *peer, const char *sdp) {
    GstElement *webrtc = viva_peer_element(peer, &peer->webrtc);
    if (webrtc == NULL) {
        return false;
    }
    gboolean started = set_remote(peer, webrtc, GST_WEBRTC_SDP_TYPE_ANSWER, sdp, remote_answer_set);
    gst_object_unref(webrtc);
    return started;
}

bool viva_webrtc_peer_is_gathering(viva_webrtc_peer *peer) {
    return g_atomic_int_get(&peer->local_description_set) && !g_atomic_int_get(&peer->described);
}
