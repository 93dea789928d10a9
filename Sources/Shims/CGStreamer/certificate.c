// The peer proves in the DTLS handshake that it wrote the session description: its certificate has the fingerprint
// that the description names (RFC 8122, RFC 8827 section 6.5). webrtcbin 1.22 leaves this check out, so that anyone
// between the two could take over the call.
#include <string.h>

#include "peer.h"

// Hash functions that are accepted; a fingerprint made with an older one proves nothing any more.
static const struct {
    const char *name;
    GChecksumType type;
} hashes[] = {
    {"sha-256", G_CHECKSUM_SHA256},
    {"sha-384", G_CHECKSUM_SHA384},
    {"sha-512", G_CHECKSUM_SHA512},
};

static void collect(GPtrArray *found, const GArray *attributes) {
    for (guint i = 0; attributes != NULL && i < attributes->len; i++) {
        const GstSDPAttribute *attribute = &g_array_index(attributes, GstSDPAttribute, i);
        if (g_strcmp0(attribute->key, "fingerprint") == 0 && attribute->value != NULL) {
            g_ptr_array_add(found, g_ascii_strdown(attribute->value, -1));
        }
    }
}

void viva_peer_expect_fingerprints(viva_webrtc_peer *peer, const GstSDPMessage *description) {
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
    collect(found, description->attributes);
    for (guint i = 0; i < gst_sdp_message_medias_len(description); i++) {
        collect(found, gst_sdp_message_get_media(description, i)->attributes);
    }
    g_mutex_lock(&peer->inner_lock);
    g_clear_pointer(&peer->fingerprints, g_ptr_array_unref);
    peer->fingerprints = found;
    g_mutex_unlock(&peer->inner_lock);
}

// The bytes of the certificate between the PEM armour. Newly allocated, NULL if there are none.
static guchar *decode(const char *pem, gsize *length) {
    const char *begin = pem == NULL ? NULL : strstr(pem, "-----BEGIN CERTIFICATE-----");
    begin = begin == NULL ? NULL : strchr(begin, '\n');
    const char *end = begin == NULL ? NULL : strstr(begin, "-----END CERTIFICATE-----");
    if (end == NULL) {
        return NULL;
    }
    char *base64 = g_strndup(begin, (gsize)(end - begin));
    guchar *certificate = g_base64_decode(base64, length);
    g_free(base64);
    return certificate;
}

// `sha-256 0a:1b:…`, in lower case.
static char *fingerprint(guint hash, const guchar *certificate, gsize length) {
    char *digest = g_compute_checksum_for_data(hashes[hash].type, certificate, length);
    GString *text = g_string_new(hashes[hash].name);
    for (gsize i = 0; digest[i] != '\0'; i += 2) {
        g_string_append_c(text, i == 0 ? ' ' : ':');
        g_string_append_len(text, digest + i, 2);
    }
    g_free(digest);
    return g_string_free(text, FALSE);
}

static gboolean is_expected(viva_webrtc_peer *peer, const char *pem) {
    gsize length = 0;
    guchar *certificate = decode(pem, &length);
    gboolean expected = FALSE;
    for (guint hash = 0; certificate != NULL && hash < G_N_ELEMENTS(hashes) && !expected; hash++) {
        char *presented = fingerprint(hash, certificate, length);
        g_mutex_lock(&peer->inner_lock);
        for (guint i = 0; peer->fingerprints != NULL && i < peer->fingerprints->len && !expected; i++) {
            expected = strcmp(presented, g_ptr_array_index(peer->fingerprints, i)) == 0;
        }
        g_mutex_unlock(&peer->inner_lock);
        g_free(presented);
    }
    g_free(certificate);
    return expected;
}

// Called in the midst of the handshake, before anything of the peer is decrypted.
void viva_peer_certificate_received(GObject *dtls_decoder, GParamSpec *property, gpointer data) {
    (void)property;
    viva_webrtc_peer *peer = data;
    char *pem = NULL;
    g_object_get(dtls_decoder, "peer-pem", &pem, NULL);
    if (!is_expected(peer, pem)) {
        g_atomic_int_set(&peer->broken, TRUE);
        viva_peer_emit(peer, VIVA_WEBRTC_UNTRUSTED, NULL);
        // Nothing that this peer sends is handed over while the owner closes.
        g_atomic_int_set(&peer->closing, TRUE);
    }
    g_free(pem);
}
