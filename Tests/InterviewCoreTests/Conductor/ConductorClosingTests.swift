import InterviewCore
import Testing

@Suite("The closing and what is said into it")
struct ConductorClosingTests {
    private func askedFirst(_ plan: InterviewPlan) -> Room {
        let room = Room(plan)
        room.live()
        room.playAll()
        return room
    }

    /// In a room where three questions were met with silence and the goodbye is due.
    private func silentRoom() -> Room {
        let room = askedFirst(.short(questions: 5))
        for _ in 0..<5 {
            room.wait(.seconds(13))
            room.playAll()
        }
        room.wait(.seconds(13))
        return room
    }

    @Test("speech around the beginning of a closing for time goes on with the question that was asked last", arguments: [nil, 300])
    func earlySpeechAfterTime(millisecondsAfterSound: Int?) {
        let room = askedFirst(.short(questions: 4, timeLimitSeconds: 60))
        room.startSpeaking()
        room.wait(.seconds(61))
        room.stopSpeaking()
        room.words("That was all.")
        #expect(room.current?.purpose == .wrapUp)
        if let millisecondsAfterSound {
            room.sound()
            room.wait(.milliseconds(millisecondsAfterSound))
        }
        room.startSpeaking()
        room.finish(.interrupted(heardFraction: millisecondsAfterSound == nil ? 0 : 0.1))
        room.stopSpeaking()
        room.words("And one thing more.")
        #expect(room.attributed == ["q1", "q1"])
    }

    @Test("speech later in a closing for time answers no question")
    func lateSpeech() {
        let room = askedFirst(.short(questions: 4, timeLimitSeconds: 60))
        room.startSpeaking()
        room.wait(.seconds(61))
        room.stopSpeaking()
        room.words("That was all.")
        room.bargeIn("Goodbye.", heard: 0.5)
        #expect(room.attributed == ["q1", nil])
    }

    @Test("speech in an overrun whose next question was never heard goes on with the one before")
    func overrunBeforeNextQuestion() {
        let room = askedFirst(.short(questions: 4, timeLimitSeconds: 60))
        room.startSpeaking()
        room.wait(.seconds(42))
        room.stopSpeaking()
        room.words("I did this and that.")
        #expect(room.current?.purpose == .timeWarning)
        // The warning and the next question fail until the time is over.
        room.wait(.milliseconds(16_500))
        #expect(room.current?.purpose == .timeWarning)
        room.wait(.seconds(5))
        room.play()
        #expect(room.current?.purpose == .wrapUp)
        #expect(room.last.contains("leave out the remaining questions"))
        room.startSpeaking()
        room.stopSpeaking()
        room.words("And more.")
        #expect(room.attributed == ["q1", "q1"])
        room.playAll()
        room.playAll()
        #expect(room.coverage.map(\.outcome) == [.asked, .leftOutForTime, .leftOutForTime, .leftOutForTime])
    }

    @Test("after a lost call speech before the goodbye answers no question")
    func afterLostCall() {
        let room = askedFirst(.short(questions: 1))
        room.answer("All done.")
        room.sound()
        room.lose()
        room.live()
        room.startSpeaking()
        room.stopSpeaking()
        room.words("I am back.")
        #expect(room.attributed == ["q1", nil])
    }

    // MARK: Silence

    @Test("whoever speaks up at the goodbye for silence is there after all, and the interview goes on")
    func speaksUp() {
        let room = silentRoom()
        #expect(room.last.hasPrefix("I cannot hear you"))
        room.bargeIn("Wait, I am here, I used a queue.", heard: 0.3)
        #expect(room.attributed == ["q3"])
        #expect(room.current?.questionText == "Question number 4?")
        room.playAll()
        #expect(room.closed == ["q1 silent", "q2 silent", "q3 answered"])
        #expect(room.coverage.map(\.number) == [1, 2, 3, 4])
    }

    @Test("whoever asks at the goodbye for silence whether they are heard gets the question again")
    func asksForPresence() {
        let room = silentRoom()
        room.bargeIn("Hello? Can you hear me?", heard: 0.8)
        #expect(room.last == "Yes, I can hear you. Question number 3?")
    }

    @Test("words that come when the goodbye for silence was heard still count")
    func wordsBehindGoodbye() {
        let room = silentRoom()
        room.sound()
        room.wait(.seconds(4))
        room.startSpeaking()
        room.finish()
        #expect(room.result == nil)
        room.stopSpeaking()
        room.words("No, I was only thinking. We used a queue.")
        #expect(room.result == nil)
        #expect(room.current?.questionText == "Question number 4?")
    }

    @Test("a noise does not take the goodbye for silence back")
    func noiseAtGoodbye() {
        let room = silentRoom()
        room.bargeIn("", heard: 0.3)
        #expect(room.last.hasSuffix("Goodbye."))
        room.playAll()
        #expect(room.result == .end(.candidateSilent))
        #expect(room.closed == ["q1 silent", "q2 silent", "q3 silent"])
    }

    @Test("a silent candidate whose call was lost at the goodbye and who comes back is asked again")
    func lostAtGoodbye() {
        let room = silentRoom()
        room.sound()
        room.lose()
        #expect(room.progress.questionIndex == 2)
        room.live()
        room.play()
        #expect(room.last == "Question number 3?")
    }

    // MARK: A new process

    @Test("a new process does not say what it cannot know about the closing")
    func newProcess() {
        let plan = InterviewPlan.short()
        let through = Room(
            plan,
            resuming: ConductorProgress(questionIndex: 3, usedMilliseconds: 1, elapsedMilliseconds: 1, disclosed: true)
        )
        through.live()
        through.play()
        #expect(through.last == plan.closingText)
        let late = Room(plan, resuming: ConductorProgress(questionIndex: 3, disclosed: true, timeWasOver: true))
        late.live()
        late.play()
        #expect(late.last == "We have reached the end of our time.")
    }
}
