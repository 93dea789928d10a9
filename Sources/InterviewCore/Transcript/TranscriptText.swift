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
            text += words.map { $0 == "<" ? "‹" : $0 == ">" ? "›" : String($0) }.joined() + "\n\n"
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
        let end = segment.endMilliseconds > segment.startMilliseconds ? segment.endMilliseconds : segment.startMilliseconds + 1000
        return clock(segment.startMilliseconds, fraction: fraction) + " --> " + clock(end, fraction: fraction)
    }

    /// `00:01:02`, or `00:01:02.345` with the given sign. Hours may need more than two digits.
    private static func clock(_ milliseconds: Int64, fraction: String?) -> String {
        let milliseconds = max(0, milliseconds)
        let seconds = milliseconds / 1000
        let time = padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2)
        guard let fraction else { return time }
        return time + fraction + padded(milliseconds % 1000, 3)
    }

    /// What was said has no lines of its own; a line break in it could forge a caption or a turn.
    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: { $0.isWhitespace || $0.isNewline }).joined(separator: " ")
    }

    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            default: String(character)
            }
        }.joined()
    }
}
