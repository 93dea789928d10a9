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
}
