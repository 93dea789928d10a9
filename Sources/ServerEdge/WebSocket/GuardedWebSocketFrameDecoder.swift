import NIOCore
import NIOWebSocket

/// The peer sends a message that is too large for what it is.
struct WebSocketMessageRefused: Error {}

/// Bytes of a frame came, and it is not whole yet.
struct WebSocketBytesArrived: Sendable {}

/// NIO's frame decoder behind a ``WebSocketMessageGuard``: a frame that is refused is never collected.
struct GuardedWebSocketFrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = WebSocketFrame

    private let decoder: WebSocketFrameDecoder
    private var gatekeeper: WebSocketMessageGuard
    /// NIO's decoder has taken the frame's header and waits for the rest.
    private var isInsideFrame = false

    init(limits: WebSocketLimits) {
        let maximumFrame = min(limits.maximumFrameBytes, limits.maximumMessageBytes, Int(Int32.max))
        decoder = WebSocketFrameDecoder(maxFrameSize: max(1, maximumFrame))
        gatekeeper = WebSocketMessageGuard(limits: limits)
    }

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        if !isInsideFrame {
            switch gatekeeper.look(at: buffer) {
            case .pass: isInsideFrame = true
            case .needsMore: return needsMore(context)
            case .refuse: throw WebSocketMessageRefused()
            }
        }
        let state = try decoder.decode(context: context, buffer: &buffer)
        guard state == .continue else { return needsMore(context) }
        isInsideFrame = false
        return state
    }

    /// Told to the handler behind, which sees whole frames only: a large message on a slow line is life.
    private func needsMore(_ context: ChannelHandlerContext) -> DecodingState {
        context.fireUserInboundEventTriggered(WebSocketBytesArrived())
        return .needMoreData
    }
}
