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

    @Test("punctuation that only says where the audio ends is neither shown nor a change of mind")
    func interimPunctuation() {
        var interim = InterimTranscript()
        #expect(interim.update("I have.") == nil)
        #expect(interim.update("I have worked.") == "I have")
        #expect(interim.update("I have worked.") == " worked")
        #expect(interim.update("I have, worked at Google") == nil)
        #expect(interim.update("I have worked at Google, and") == " at Google,")
    }

    @Test("the final text adds what is missing behind the shown words, and nothing when it differs from them")
    func interimEnd() {
        var interim = InterimTranscript()
        _ = interim.update("I have worked")
        #expect(interim.update("I have worked") == "I have worked")
        var same = interim
        #expect(same.finish("I have worked there.") == " there.")
        #expect(same.finish("I have worked there.") == nil)
        #expect(interim.finish("I had worked there.") == nil)
        var empty = InterimTranscript()
        #expect(empty.finish("Yes.") == "Yes.")
    }

    @Test("shown text is never taken back, whatever the looks say", arguments: 0..<20)
    func interimNeverShrinks(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var interim = InterimTranscript()
        var shown = ""
        var previous = ""
        for _ in 0..<200 {
            let words = (0..<Int.random(in: 0..<6, using: &generator)).map { _ in
                ["one", "two.", "Two", ",", "é"].randomElement(using: &generator) ?? ""
            }
            let look = words.joined(separator: " ")
            if let delta = interim.update(look) {
                #expect(shown.isEmpty != delta.hasPrefix(" "))
                shown += delta
                // What is shown is what both looks begin with.
                #expect(SpokenWords(look).words.starts(with: SpokenWords(shown).words))
                #expect(SpokenWords(previous).words.starts(with: SpokenWords(shown).words))
            }
            previous = look
        }
    }
}
