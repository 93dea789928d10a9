import InterviewCore
import Testing

@Suite("What is due is delayed, never lost")
struct ConductorPromiseTests {
    private func askedFirst(_ plan: InterviewPlan = .short()) -> Room {
        let room = Room(plan)
        room.live()
        room.playAll()
        return room
    }

    @Test("a disclosure that was talked into again and again is made up for between two questions, once each")
    func disclosure() {
        let room = Room()
        room.live()
        for _ in 0..<3 { room.bargeIn("Yes, yes, let us begin.", heard: 0.4) }
        #expect(room.last == "Question number 1?")
        room.playAll()
        room.answer("We used a queue.")
        #expect(room.current?.purpose == .greeting)
        #expect(room.last == "Okay, thank you. " + InterviewPlan.disclosure)
        room.bargeIn("I know, I know.", heard: 0.2)
        #expect(room.current?.questionText == "Question number 2?")
        room.playAll()
        room.answer("That went well.")
        #expect(room.last.hasSuffix(InterviewPlan.disclosure))
        room.playAll()
        #expect(room.progress.disclosed)
        #expect(room.last == "Question number 3?")
    }

    @Test("a warning about the time that was talked into is said again, once")
    func timeWarning() {
        let room = askedFirst(.short(questions: 4, timeLimitSeconds: 100))
        room.startSpeaking()
        room.wait(.seconds(81))
        room.stopSpeaking()
        room.words("That was a long story.")
        #expect(room.current?.purpose == .timeWarning)
        #expect(!room.progress.timeWarningGiven)
        room.bargeIn("One thing more.", heard: 0.3)
        #expect(room.current?.purpose == .timeWarning)
        room.bargeIn("And another.", heard: 0.3)
        #expect(room.current?.questionText == "Question number 2?")
        #expect(room.progress.timeWarningGiven)
    }

    @Test("a reminder that failed is said as soon as it can be")
    func reminder() {
        let room = askedFirst()
        room.wait(.seconds(12))
        #expect(room.current?.purpose == .reminder)
        room.finish(.failed)
        room.wait(.seconds(1))
        #expect(room.current?.purpose == .reminder)
        room.playAll()
        room.wait(.seconds(12))
        #expect(room.last == "Let's go on. Question number 2?")
    }

    @Test("an apology for words that were not caught is said again when it failed")
    func apology() {
        let room = askedFirst()
        room.startSpeaking()
        room.stopSpeaking()
        room.noWords()
        room.finish(.failed)
        room.wait(.seconds(1))
        #expect(room.current?.purpose == .didNotCatch)
    }

    @Test("a repeat that is cut off by the answer is not said again")
    func repeatCutOffByAnswer() {
        let room = askedFirst()
        room.answer("Could you repeat the question?")
        room.bargeIn("Ah yes, we used a queue for that.", heard: 0.5)
        #expect(room.current?.questionText == "Question number 2?")
    }

    @Test("a repeat that is cut off by a noise is said again")
    func repeatCutOffByNoise() {
        let room = askedFirst()
        room.answer("Could you repeat the question?")
        room.bargeIn("", heard: 0.5)
        room.wait(.seconds(3))
        #expect(room.last == "Of course. Question number 1?")
        #expect(room.current != nil)
    }

    @Test("a repeat that is cut off by speech without words is said again, without another apology")
    func repeatCutOffWithoutWords() {
        let room = askedFirst()
        room.answer("Could you repeat the question?")
        room.sound()
        room.startSpeaking()
        room.finish(.interrupted(heardFraction: 0.5))
        room.stopSpeaking()
        room.noWords()
        #expect(room.last == "Of course. Question number 1?")
        room.playAll()
        #expect(room.said.allSatisfy { $0.purpose != .didNotCatch })
    }

    @Test("a reason behind the request to repeat is no answer")
    func reasonBehindRequest() {
        let room = askedFirst()
        room.answer("Could you repeat the question?")
        room.startSpeaking()
        room.finish(.interrupted(heardFraction: 0))
        room.stopSpeaking()
        room.words("The line was bad.")
        #expect(room.last == "Of course. Question number 1?")
    }

    @Test("a turn whose end was missed does not hold the floor when the next one begins")
    func missedEnd() {
        let room = askedFirst()
        room.startSpeaking()
        room.wait(.seconds(20))
        room.startSpeaking()
        room.stopSpeaking()
        room.words("Hello, we used a queue there.")
        // The words of the first turn are waited for as long as any others.
        room.wait(.seconds(9))
        #expect(room.current == nil)
        room.wait(.seconds(3))
        #expect(room.current?.questionText == "Question number 2?")
    }

    @Test("after the time limit no question is begun, even if the one before was finished in time")
    func nothingBeginsAfterLimit() {
        let progress = ConductorProgress(questionIndex: 1, usedMilliseconds: 700_000, elapsedMilliseconds: 800_000, disclosed: true)
        let room = Room(.short(), resuming: progress)
        room.live()
        room.playAll()
        #expect(room.said.allSatisfy { $0.questionText == nil })
        #expect(room.result == .complete)
        #expect(room.coverage.map(\.outcome) == [.leftOutForTime, .leftOutForTime])
    }

    @Test("speech into the first question after a lost call does not go on with an answer from before")
    func graceAfterLostCall() {
        let room = askedFirst()
        room.answer("I did it.")
        room.lose()
        room.live()
        room.play()
        room.sound()
        room.wait(.milliseconds(200))
        room.startSpeaking()
        room.finish(.interrupted(heardFraction: 0.1))
        room.stopSpeaking()
        room.words("I am back.")
        #expect(room.attributed == ["q1", nil])
    }

    // MARK: Numbers from outside

    @Test("no moment traps", arguments: [Duration.seconds(Int64.max), .seconds(Int64.min), .nanoseconds(1), .seconds(1 << 40), .zero])
    func moments(moment: Duration) {
        var conductor = InterviewConductor(plan: .short())
        _ = conductor.callLive(at: moment)
        _ = conductor.responseAudioStarted(utterance: 1, at: moment)
        _ = conductor.candidateSpeechStarted(itemID: "a", at: moment)
        _ = conductor.callLost(at: moment)
        _ = conductor.candidateTurn(text: "Yes.", itemID: "a", at: .seconds(Int64.max))
        _ = conductor.callLive(at: .seconds(Int64.max))
        _ = conductor.timerFired(at: moment)
        let used = conductor.usedTime(at: .seconds(Int64.max))
        #expect(used >= .zero)
        #expect(conductor.progress.elapsedMilliseconds >= 0)
    }

    @Test("no stored progress traps", arguments: [Int.max, .min, -1])
    func progress(number: Int) {
        let progress = ConductorProgress(
            questionIndex: number,
            usedMilliseconds: Int64(number),
            elapsedMilliseconds: Int64(number),
            silentQuestions: number,
            resumptions: number
        )
        let room = Room(.short(), resuming: progress)
        room.live()
        room.playAll()
        room.lose()
        room.live()
        room.wait(.seconds(900))
        #expect(room.progress.resumptions >= 1)
    }
}
