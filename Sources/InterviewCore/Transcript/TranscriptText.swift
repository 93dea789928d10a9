/// A transcript as a text file.
///
/// Captions show the words of a segment from its start to its end; where the two are the same, or the
/// end is missing, for a second.
public enum TranscriptText {
    /// Readable text: a line with time and speaker for each turn.
    ///
    /// ```
    /// Interview: Backend Engineer
    ///
    /// [00:00:01] Viva: Hello.
    /// [00:00:04] Candidate: Hi there. [interrupted]
    /// ```
    public static func plain(_ segments: [TranscriptSegment], title: String, interviewerName: String) -> String {
        var text = "Interview: " + oneLine(title) + "\n\n"
        for segment in segments {
            text += "[" + clock(segment.startMilliseconds, fraction: nil) + "] " + name(of: segment.speaker, interviewerName) + ": "
            text += oneLine(segment.text) + (segment.interrupted ? " [interrupted]" : "") + "\n"
        }
        return text
    }

    /// WebVTT with voice spans (W3C WebVTT, sections 4 and 5).
    public static func webVTT(_ segments: [TranscriptSegment], interviewerName: String) -> String {
        var text = "WEBVTT\n"
        for segment in segments {
            let name = escaped(name(of: segment.speaker, interviewerName))
            text += "\n" + String(segment.sequence.rawValue) + "\n" + times(of: segment, fraction: ".") + "\n"
            text += "<v " + name + ">" + escaped(oneLine(segment.text)) + "</v>\n"
        }
        return text
    }

    /// SubRip: numbered captions, a comma before the milliseconds.
    public static func subRip(_ segments: [TranscriptSegment], interviewerName: String) -> String {
        var text = ""
        for (index, segment) in segments.enumerated() {
            let words = oneLine(segment.text)
            text += String(index + 1) + "\n" + times(of: segment, fraction: ",") + "\n"
            // SubRip has no escape; players read angle brackets as markup and "-->" as a time line.
            text += name(of: segment.speaker, interviewerName) + ": "
            text += replacing(["<": "‹", ">": "›"], in: words) + "\n\n"
        }
        return text
    }

    private static func name(of speaker: Speaker, _ interviewerName: String) -> String {
        switch speaker {
        case .interviewer: oneLine(interviewerName)
        case .candidate: "Candidate"
        }
    }

    private static func times(of segment: TranscriptSegment, fraction: String) -> String {
        let start = max(0, segment.startMilliseconds)
        let end = segment.endMilliseconds > start ? segment.endMilliseconds : start.addingWithinBounds(1000)
        return clock(start, fraction: fraction) + " --> " + clock(end, fraction: fraction)
    }

    /// `00:01:02`, or `00:01:02.345` with the given sign. Hours may need more than two digits.
    private static func clock(_ milliseconds: Int64, fraction: String?) -> String {
        let milliseconds = max(0, milliseconds)
        let seconds = milliseconds / 1000
        let time = padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2)
        guard let fraction else { return time }
        return time + fraction + padded(milliseconds % 1000, 3)
    }

    /// What was said has no lines of its own; a line break in it could forge a caption or a turn, and another control
    /// character could steer the terminal of whoever reads it.
    private static func oneLine(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for word in text.unicodeScalars.split(whereSeparator: { $0.properties.isWhitespace || $0.properties.generalCategory == .control }) {
            if !line.isEmpty { line.append(" ") }
            line.append(contentsOf: word)
        }
        return String(line)
    }

    private static func escaped(_ text: String) -> String { replacing(["&": "&amp;", "<": "&lt;", ">": "&gt;"], in: text) }

    /// By Unicode scalar, as players read: "<" with an accent on it is another character, but begins a tag all the same.
    private static func replacing(_ signs: [Unicode.Scalar: String], in text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let replacement = signs[scalar] {
                result.append(contentsOf: replacement.unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
