import ArgumentParser
import NIOCore
import NIOEmbedded
import NIOWebSocket
import VivaTestKit

@testable import ServerEdge

/// Messages per second through the frame decoder, with and without the guard, in one run.
struct FrameThroughput: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frames",
        abstract: "Messages per second through the frame decoder, NIO's own and the guarded one."
    )

    @Option(help: "Rounds; the two decoders take turns.") var rounds = 15
    @Option(help: "Messages of each round.") var messages = 200_000

    func run() throws {
        var large = WebSocketLimits()
        large.maximumFrameBytes = 15 * 1024 * 1024
        large.maximumMessageBytes = large.maximumFrameBytes
        large.largeMessages = .init(markers: [#""input_audio_buffer.append""#])
        for size in [20, 100, 200, 1_000, 10_000] {
            // Reads of up to 64 KiB with as many whole frames as fit, as a busy socket gives them.
            let frame = WebSocketFrames.frame(opcode: 1, payload: [UInt8](repeating: 0x61, count: size))
            let perRead = max(1, 65_536 / frame.count)
            let read = ByteBuffer(bytes: (0..<perRead).flatMap { _ in frame })
            let reads = max(1, min(messages, 400_000_000 / size / rounds) / perRead)
            var plain: [Double] = []
            var guarded: [Double] = []
            for _ in 0..<rounds {
                plain.append(try measure(WebSocketFrameDecoder(maxFrameSize: large.maximumFrameBytes), read, reads, perRead))
                guarded.append(try measure(GuardedWebSocketFrameDecoder(limits: large), read, reads, perRead))
            }
            let before = Percentile.of(plain, 0.5) ?? 0
            let after = Percentile.of(guarded, 0.5) ?? 0
            let change = ((after / before - 1) * 1000).rounded() / 10
            print("\(size) bytes: \(Int(before)) messages/s without the guard, \(Int(after)) with it (\(change) %)")
        }
    }

    private func measure(_ decoder: some ByteToMessageDecoder, _ read: ByteBuffer, _ reads: Int, _ perRead: Int) throws -> Double {
        let channel = EmbeddedChannel()
        let counter = FrameCounter()
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
        try channel.pipeline.syncOperations.addHandler(counter)
        let start = ContinuousClock.now
        for _ in 0..<reads { try channel.writeInbound(read) }
        let seconds = start.duration(to: .now) / .seconds(1)
        guard counter.count == reads * perRead else { throw ValidationError("\(counter.count) frames instead of \(reads * perRead)") }
        _ = try? channel.finish()
        return Double(counter.count) / seconds
    }
}

private final class FrameCounter: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    var count = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        count += unwrapInboundIn(data).fin ? 1 : 0
    }
}
