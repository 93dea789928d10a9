import RealtimeProtocol
import Testing

@testable import VoiceEngine

@Suite struct ContextWindowTests {
    /// An item of about so many tokens.
    private static func item(_ id: String, tokens: Int) -> RealtimeItem {
        .message(id: id, role: .user, content: [.inputText(String(repeating: "word", count: tokens - 4))])
    }

    @Test("what fits is left alone", arguments: [Truncation?.none, .auto, .disabled, .retentionRatio(ratio: 0.5)])
    func fits(truncation: Truncation?) {
        let items = [Self.item("a", tokens: 100), Self.item("b", tokens: 100)]
        #expect(ContextWindow.items(items, truncation: truncation) == items)
    }

    @Test("the oldest items leave until the rest fits, and the newest always stays")
    func auto() {
        let limit = ContextWindow.defaultTokens
        let items = [Self.item("a", tokens: 1_000), Self.item("b", tokens: limit - 500), Self.item("c", tokens: 200)]
        #expect(ContextWindow.items(items, truncation: .auto)?.map(\.id) == ["b", "c"])
        #expect(ContextWindow.items([Self.item("x", tokens: limit * 2)], truncation: .auto)?.map(\.id) == ["x"])
    }

    @Test("a retention ratio drops more at once, below a limit of its own")
    func retention() {
        let items = (0..<10).map { Self.item("\($0)", tokens: 100) }
        let kept = ContextWindow.items(items, truncation: .retentionRatio(ratio: 0.5, postInstructions: 800))
        #expect(kept?.map(\.id) == ["6", "7", "8", "9"])
    }

    @Test("where nothing may be dropped, what does not fit has no window")
    func disabled() {
        #expect(ContextWindow.items([Self.item("x", tokens: ContextWindow.defaultTokens + 1)], truncation: .disabled) == nil)
    }

    @Test("the result of a function never stays without its call")
    func calls() {
        let call = RealtimeItem(id: "f", type: .functionCall, callID: "1", name: "f", arguments: String(repeating: "word", count: 500))
        let result = RealtimeItem(id: "o", type: .functionCallOutput, callID: "1", output: "x")
        let items = [call, result, Self.item("a", tokens: 100)]
        let kept = ContextWindow.items(items, truncation: .retentionRatio(ratio: 1, postInstructions: 300))
        #expect(kept?.map(\.id) == ["a"])
    }
}
