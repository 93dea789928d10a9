import CGStreamer

/// The C side of one connection. Closed before it is let go.
///
/// Unchecked because of the pointer alone: the object it names is reference counted, each of its functions may be
/// called from any thread (see `CGStreamer.h`), and `push` is called by the ticker's one thread only.
final class NativePeer: @unchecked Sendable {
    private let pointer: OpaquePointer

    /// `target` is kept until `close` and called on GStreamer's threads.
    init?(settings: viva_webrtc_settings, target: PeerSession) {
        var settings = settings
        let context = Unmanaged.passRetained(target)
        var callbacks = viva_webrtc_callbacks(
            context: context.toOpaque(),
            event: { context, event, text, length in
                guard let context else { return }
                let session = Unmanaged<PeerSession>.fromOpaque(context).takeUnretainedValue()
                session.nativeEvent(event, UnsafeRawBufferPointer(start: text, count: text == nil ? 0 : length))
            },
            audio: { context, samples in
                guard let context, let samples else { return }
                let session = Unmanaged<PeerSession>.fromOpaque(context).takeUnretainedValue()
                session.nativeAudio(UnsafeBufferPointer(start: samples, count: PeerSession.samplesPerFrame))
            },
            release: { context in
                if let context { Unmanaged<PeerSession>.fromOpaque(context).release() }
            }
        )
        guard let pointer = viva_webrtc_peer_new(&settings, &callbacks) else {
            context.release()
            return nil
        }
        self.pointer = pointer
    }

    deinit {
        viva_webrtc_peer_release(pointer)
    }

    var isGathering: Bool { viva_webrtc_peer_is_gathering(pointer) }

    var statistics: viva_webrtc_stats {
        var stats = viva_webrtc_stats()
        viva_webrtc_peer_get_stats(pointer, &stats)
        return stats
    }

    func bind(_ address: String) -> Bool { viva_webrtc_peer_bind(pointer, address) }

    func acceptOffer(_ sdp: String, audio: SessionDescription.Audio) -> Bool {
        viva_webrtc_peer_accept_offer(pointer, sdp, UInt32(audio.section), UInt32(audio.payloadType))
    }

    func makeOffer(channelLabel: String) -> Bool { viva_webrtc_peer_make_offer(pointer, channelLabel) }

    func acceptAnswer(_ sdp: String) -> Bool { viva_webrtc_peer_accept_answer(pointer, sdp) }

    func push(_ frame: UnsafeMutableBufferPointer<Int16>, skippedFrames: UInt32) {
        _ = viva_webrtc_peer_push(pointer, frame.baseAddress, skippedFrames)
    }

    func send(_ text: String, queueLimit: Int) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { viva_webrtc_peer_send_text(pointer, $0.baseAddress, $0.count, queueLimit) }
        }
    }

    /// Blocks until GStreamer's threads of this connection have ended.
    func close() { viva_webrtc_peer_close(pointer) }
}
