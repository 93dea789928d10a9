import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Limits of each request of an HTTP connection that the router cannot see: a request's body
/// must arrive within an absolute time, and its address must be short.
///
/// The idle timeout of Hummingbird's own handler starts anew with each byte of a body, so a
/// body that drips would live for ever without this.
final class HTTPRequestGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundOut = HTTPResponsePart

    private let configuration: EdgeServerConfiguration
    private var deadline: Scheduled<Void>?
    private var isRefusing = false

    init(configuration: EdgeServerConfiguration) {
        self.configuration = configuration
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isRefusing { return }
        switch unwrapInboundIn(data) {
        case .head(var request):
            if (request.path ?? "").utf8.count > configuration.maximumURIBytes {
                return refuse(.uriTooLong, context)
            }
            deadline?.cancel()
            deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(configuration.requestBodyDeadline)) {
                context.close(promise: nil)
            }
            if request.headerFields[.upgrade] != nil {
                // NIO's parser stops for good at a request that names another protocol, also
                // when we answer in HTTP; so this is the connection's last request.
                request.headerFields[.connection] = "close"
            }
            context.fireChannelRead(wrapInboundOut(.head(request)))
        case .body:
            context.fireChannelRead(data)
        case .end:
            deadline?.cancel()
            deadline = nil
            context.fireChannelRead(data)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    private func refuse(_ status: HTTPResponse.Status, _ context: ChannelHandlerContext) {
        isRefusing = true
        let response = HTTPResponse(status: status, headerFields: [.connection: "close", .contentLength: "0"])
        let channel = context.channel
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }
}
