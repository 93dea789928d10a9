import CGStreamer
import Synchronization
public import VoiceEngine

/// Makes the connections of a process. One factory, made at the start.
public struct PeerConnectionFactory: AudioTransportMaking {
    /// GStreamer or one of its plugins is not installed. Says which, and the package that has it.
    public struct Unavailable: Error, CustomStringConvertible {
        public let description: String
    }

    public let configuration: PeerConnectionConfiguration
    private let environment = PeerEnvironment()

    /// Starts GStreamer and loads its plugins: about 0.1 s.
    public init(configuration: PeerConnectionConfiguration = PeerConnectionConfiguration()) throws(Unavailable) {
        var problem = [CChar](repeating: 0, count: 256)
        guard viva_gstreamer_initialize(&problem, problem.count) else {
            let text = problem.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw Unavailable(description: String(decoding: text, as: UTF8.self))
        }
        self.configuration = configuration
    }

    public func makeTransport(handlers: AudioTransportHandlers) throws -> any AudioTransport {
        makeConnection(handlers: handlers)
    }

    /// The answering end, as its concrete type.
    public func makeConnection(handlers: AudioTransportHandlers) -> PeerConnection {
        PeerConnection(configuration: configuration, handlers: handlers, environment: environment)
    }

    /// The offering end.
    public func makeClient(handlers: AudioTransportHandlers) -> PeerConnectionClient {
        PeerConnectionClient(configuration: configuration, handlers: handlers, environment: environment)
    }

    /// Makes the first call of the process as quick as the others: connects two throw-away ends over the loopback.
    ///
    /// The first negotiation makes the DTLS certificate, an RSA key, and loads what GStreamer loads late: half a second
    /// of CPU time, and several on a busy machine, where it would pass the limit for an answer.
    ///
    /// - Returns: False when the two did not connect; then calls will not either, and the log should say so.
    public func warmUp() async -> Bool {
        var rehearsal = PeerConnectionConfiguration(bindAddresses: [LocalAddresses.loopback])
        rehearsal.answerTimeout = Self.warmUpTimeout
        let connected = AsyncStream.makeStream(of: Bool.self)
        let handlers = AudioTransportHandlers(
            received: { _ in },
            frameDue: { _ in },
            event: { event in
                switch event {
                case .connected: connected.continuation.yield(true)
                case .closed: connected.continuation.finish()
                case .channelOpen, .text: break
                }
            }
        )
        let idle = AudioTransportHandlers(received: { _ in }, frameDue: { _ in }, event: { _ in })
        let answerer = PeerConnection(configuration: rehearsal, handlers: handlers, environment: environment)
        let offerer = PeerConnectionClient(configuration: rehearsal, handlers: idle, environment: environment)
        var isConnected = false
        if (try? await offerer.accept(answer: answerer.answer(offer: offerer.offer()))) != nil {
            for await event in connected.stream {
                isConnected = event
                break
            }
        }
        await offerer.close()
        await answerer.close(.hungUp)
        return isConnected
    }

    /// Making the key takes 0.1–0.7 s of CPU time; this allows for a machine that is busy with everything else.
    private static let warmUpTimeout = Duration.seconds(30)
}
