import Testing

@testable import VoiceEngine

@Suite("Drafts of a turn's recognitions")
struct RecognitionDraftsTests {
    @Test("what was recognised from the same sample on is the draft, the furthest of it")
    func sameBeginning() {
        var drafts = RecognitionDrafts()
        #expect(drafts.draft(for: 0..<100) == [])
        drafts.add(0..<100, tokens: [1, 2])
        drafts.add(0..<200, tokens: [1, 3, 4])
        #expect(drafts.draft(for: 0..<300) == [1, 3, 4])
        #expect(drafts.draft(for: 0..<150) == [1, 2])
        #expect(drafts.draft(for: 50..<300) == [])
    }

    @Test("a look that goes on where the text was known is joined to it")
    func joined() {
        var drafts = RecognitionDrafts()
        drafts.add(0..<100, tokens: [1, 2])
        drafts.add(100..<150, tokens: [3])
        drafts.add(100..<180, tokens: [3, 4])
        #expect(drafts.draft(for: 0..<200) == [1, 2, 3, 4])
        #expect(drafts.draft(for: 100..<200) == [3, 4])
    }

    @Test("of many recognitions the last are remembered, and those in which nothing was understood are not")
    func bounded() {
        var drafts = RecognitionDrafts()
        for number in 0...RecognitionDrafts.limit { drafts.add(number..<number + 1, tokens: [number]) }
        drafts.add(0..<1, tokens: [])
        #expect(drafts.draft(for: 0..<1) == [])
        #expect(drafts.draft(for: 1..<RecognitionDrafts.limit + 1) == Array(1...RecognitionDrafts.limit))
    }
}
