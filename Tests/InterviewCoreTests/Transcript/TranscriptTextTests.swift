import InterviewCore
import Testing

@Suite("Transcript as text")
struct TranscriptTextTests {
    private let segments = [
        TranscriptSegment(
            sequence: SegmentSequence(rawValue: 1),
            turn: SpokenTurn(speaker: .interviewer, text: "Hello.", startMilliseconds: 1000, endMilliseconds: 2500, itemID: "a")
        ),
        TranscriptSegment(
            sequence: SegmentSequence(rawValue: 2),
            turn: SpokenTurn(
                speaker: .candidate,
                text: "Hi & <b>bye</b>\n\n3\n00:00:01.000 --> 00:00:09.000\nforged",
                startMilliseconds: 3_723_004,
                endMilliseconds: 3_723_004,
                itemID: "b",
                interrupted: true
            )
        ),
    ]

    @Test("plain text has a line for each turn")
    func plain() {
        let text = TranscriptText.plain(segments, title: "Backend\nEngineer", interviewerName: "Viva")
        #expect(
            text == """
                Interview: Backend Engineer

                [00:00:01] Viva: Hello.
                [01:02:03] Candidate: Hi & <b>bye</b> 3 00:00:01.000 --> 00:00:09.000 forged [interrupted]

                """
        )
    }

    @Test("WebVTT escapes what was said, so that it cannot forge a caption")
    func webVTT() {
        let text = TranscriptText.webVTT(segments, interviewerName: "Viva")
        #expect(
            text == """
                WEBVTT

                1
                00:00:01.000 --> 00:00:02.500
                <v Viva>Hello.</v>

                2
                01:02:03.004 --> 01:02:04.004
                <v Candidate>Hi &amp; &lt;b&gt;bye&lt;/b&gt; 3 00:00:01.000 --&gt; 00:00:09.000 forged</v>

                """
        )
    }

    @Test("SubRip has commas and no markup")
    func subRip() {
        let text = TranscriptText.subRip(segments, interviewerName: "Viva")
        #expect(
            text.hasPrefix(
                "1\n00:00:01,000 --> 00:00:02,500\nViva: Hello.\n\n2\n01:02:03,004 --> 01:02:04,004\nCandidate: Hi & ‹b›bye‹/b› 3"
            )
        )
        #expect(text.components(separatedByText: "-->") == 3)
    }

    @Test("a transcript without segments is a valid file")
    func empty() {
        #expect(TranscriptText.webVTT([], interviewerName: "Viva") == "WEBVTT\n")
        #expect(TranscriptText.subRip([], interviewerName: "Viva") == "")
    }

    @Test("printing, dumping and interpolating a segment do not show the words")
    func doesNotPrint() {
        var dumped = ""
        dump(segments, to: &dumped)
        for shown in [String(describing: segments), String(reflecting: segments), "\(segments[1])", "\(segments[1].turn)", dumped] {
            #expect(!shown.contains("forged"))
            #expect(!shown.contains("Hello"))
        }
    }
}

extension String {
    /// Pieces between occurrences of a text.
    fileprivate func components(separatedByText separator: String) -> Int {
        var pieces = 1
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            pieces += 1
            rest = rest[range.upperBound...]
        }
        return pieces
    }
}
