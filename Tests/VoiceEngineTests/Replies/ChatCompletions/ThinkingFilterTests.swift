import Testing

@testable import VoiceEngine

@Suite struct ThinkingFilterTests {
    private func spoken(_ text: String, in size: Int) -> String {
        var filter = ThinkingFilter()
        var result = ""
        var rest = text.unicodeScalars[...]
        while !rest.isEmpty {
            result += filter.append(String(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return result + filter.finish()
    }

    @Test(
        "what is thought aloud is left out, in pieces of any size",
        arguments: [
            ("<think>Hm, 1 < 2.\n</think>Hello", "Hello"),
            ("A<think>b</think>C<think>d</think>E", "ACE"),
            ("<think>never ends", ""),
            ("<think></think>", ""),
            ("stray</think> end", "stray end"),
        ]
    )
    func thinking(_ text: String, _ expected: String) {
        for size in 1...12 { #expect(spoken(text, in: size) == expected) }
    }

    @Test(
        "text that only looks like a mark stays",
        arguments: ["1 < 2 and 3 > 2", "<thin>", "<<think", "</", "a <b>bold</b> word", "<think"]
    )
    func noMark(_ text: String) {
        for size in 1...8 { #expect(spoken(text, in: size) == text) }
    }
}
