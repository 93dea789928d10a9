public import Hummingbird
import Logging
import NIOCore

/// A request context with what the edge knows: the peer's address and a small body limit.
///
/// `context.requestID` is the request id once ``RequestIDMiddleware`` has run.
public struct EdgeRequestContext: RequestContext {
    /// Bytes. JSON bodies of ours are small; larger ones name their own limit when they are collected.
    public static let maximumBodyBytes = 64 * 1024

    public var coreContext: CoreRequestContextStorage
    /// The peer's IP address as the socket sees it, without the port; a proxy's address behind a proxy.
    public let remoteAddress: Personal<String>?

    public var maxUploadSize: Int { Self.maximumBodyBytes }

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress?.ipAddress.map { Personal($0) }
    }
}

extension RequestContext {
    /// The request id, or `unknown` before ``RequestIDMiddleware`` has run or with a log handler that keeps no metadata.
    ///
    /// Hummingbird's own `id` traps in these two cases, and an error must not take the process down.
    public var requestID: String {
        logger[metadataKey: "hb.request.id"].map { "\($0)" } ?? "unknown"
    }
}
