import Testing

@testable import VoiceEngine

@Suite struct TranscriptTests {
    @Test("a transcript is complete when the turn has ended and every piece has its text, in the order of speech")
    func assembly() {
        var assembly = TranscriptAssembly()
        #expect(assembly.recognised(4, "second.") == nil)
        #expect(assembly.commit([2, 4]) == nil)
        #expect(assembly.recognised(2, "First") == .completed("First second."))
    }

    @Test("a text that was there before the end completes the turn at the decision")
    func speculated() {
        var assembly = TranscriptAssembly()
        _ = assembly.recognised(0, "Yes.")
        #expect(assembly.commit([0]) == .completed("Yes."))
    }

    @Test("a text that was taken back does not count")
    func cancelled() {
        var assembly = TranscriptAssembly()
        _ = assembly.recognised(0, "Ye")
        assembly.cancelled(0)
        _ = assembly.recognised(1, "Yes, sir.")
        #expect(assembly.commit([1]) == .completed("Yes, sir."))
    }

    @Test("a piece that failed among others is marked, a turn of which nothing was recognised has failed")
    func failures() {
        var assembly = TranscriptAssembly()
        _ = assembly.recognised(0, "One")
        _ = assembly.failed(1)
        #expect(assembly.commit([0, 1]) == .completed("One [inaudible]"))
        var failed = TranscriptAssembly()
        _ = failed.failed(0)
        #expect(failed.commit([0]) == .failed)
    }

    @Test("a turn without pieces has an empty transcript")
    func empty() {
        var assembly = TranscriptAssembly()
        #expect(assembly.commit([]) == .completed(""))
    }

    @Test("interim text grows by the words on which two looks agree, and never takes a word back")
    func interim() {
        var interim = InterimTranscript()
        #expect(interim.update("I have") == nil)
        #expect(interim.update("I have worked") == "I have")
        #expect(interim.update("I have worked at") == " worked")
        #expect(interim.update("I've worked at eight") == nil)
        #expect(interim.update("I've worked at eight companies") == nil)
    }
}
