/// Takes out what a reasoning model thinks aloud between `<think>` and `</think>`, from text in pieces of any size.
struct ThinkingFilter {
    private static let opening = Array("<think>".unicodeScalars)
    private static let closing = Array("</think>".unicodeScalars)

    /// The beginning of what may become a mark.
    private var held: [Unicode.Scalar] = []
    private var isThinking = false

    init() {}

    /// What of this text is meant for the listener.
    mutating func append(_ text: String) -> String {
        var spoken = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            // A mark has its only "<" at the beginning: what was held is no mark when another one begins.
            if scalar == "<" { release(to: &spoken) }
            held.append(scalar)
            if held == Self.opening || held == Self.closing {
                isThinking = held == Self.opening
                held = []
            } else if !Self.opening.starts(with: held), !Self.closing.starts(with: held) {
                release(to: &spoken)
            }
        }
        return String(spoken)
    }

    /// What was held back and is no mark after all.
    mutating func finish() -> String {
        var spoken = String.UnicodeScalarView()
        release(to: &spoken)
        return String(spoken)
    }

    private mutating func release(to spoken: inout String.UnicodeScalarView) {
        if !isThinking { spoken.append(contentsOf: held) }
        held.removeAll(keepingCapacity: true)
    }
}
