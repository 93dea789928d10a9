import InterviewCore
import Testing

@Suite("The conductor keeps time and survives lost calls")
struct ConductorTimeAndCallTests {
    private func askedFirst(_ plan: InterviewPlan = .short(), policy: ConductorPolicy = ConductorPolicy()) -> Room {
        let room = Room(plan, policy: policy)
        room.live()
        room.playAll()
        return room
    }

    // MARK: Time

    @Test("the candidate is told once that little time is left")
    func timeWarning() {
        let room = askedFirst(.short(questions: 4, timeLimitSeconds: 100))
        room.startSpeaking()
        room.wait(.seconds(78))
        room.stopSpeaking()
        room.words("That was a long story.")
        #expect(room.current?.purpose == .timeWarning)
        #expect(room.last == "Okay, thank you. We have less than a minute left.")
        room.play()
        #expect(room.last == "Question number 2?")
        room.playAll()
        room.answer("Short.")
        #expect(room.current?.questionText == "Question number 3?")
        #expect(room.said.filter { $0.purpose == .timeWarning }.count == 1)
    }

    @Test("when the time is over, the answer is finished and the rest is left out honestly")
    func timeOver() {
        let room = askedFirst(.short(questions: 4, timeLimitSeconds: 100))
        room.startSpeaking()
        room.wait(.seconds(110))
        #expect(room.current == nil)
        room.stopSpeaking()
        room.words("And that was all.")
        #expect(room.current?.purpose == .wrapUp)
        #expect(room.last.contains("end of our time"))
        room.playAll()
        #expect(room.result == .complete)
        #expect(room.coverage.map(\.outcome) == [.asked, .leftOutForTime, .leftOutForTime, .leftOutForTime])
        #expect(room.closed == ["q1 answered"])
        #expect(room.said.last?.purpose == .goodbye)
        #expect(!room.last.contains("last question"))
    }

    @Test("a limit from outside ends the interview as the plan's own would, and cannot make it longer")
    func limitedFromOutside() {
        let room = askedFirst(.short(questions: 4, timeLimitSeconds: 1000))
        room.startSpeaking()
        room.wait(.seconds(20))
        room.limitTime(to: .seconds(10))
        room.wait(.seconds(5))
        #expect(room.current == nil)
        room.stopSpeaking()
        room.words("And that was all.")
        #expect(room.current?.purpose == .wrapUp)
        room.playAll()
        #expect(room.result == .complete)
        #expect(room.coverage.map(\.outcome) == [.asked, .leftOutForTime, .leftOutForTime, .leftOutForTime])

        let longer = askedFirst(.short(questions: 4, timeLimitSeconds: 100))
        longer.limitTime(to: .seconds(5000))
        longer.startSpeaking()
        longer.wait(.seconds(110))
        longer.stopSpeaking()
        longer.words("And that was all.")
        #expect(longer.current?.purpose == .wrapUp)
    }

    @Test("a limit from outside holds for whoever talks on as well")
    func overrunOfOutsideLimit() {
        let room = askedFirst(.short(questions: 2, timeLimitSeconds: 5000))
        room.startSpeaking()
        room.limitTime(to: .zero)
        room.wait(.seconds(130))
        #expect(room.current?.purpose == .wrapUp)
        room.playAll()
        #expect(room.result == .complete)
    }

    @Test("who talks on far beyond the time is bid goodbye")
    func overrun() {
        let room = askedFirst(.short(questions: 2, timeLimitSeconds: 60))
        room.startSpeaking()
        room.wait(.seconds(200))
        #expect(room.current?.purpose == .wrapUp)
        room.playAll()
        #expect(room.result == .complete)
        #expect(room.closed == ["q1 cut_short"])
    }

    @Test("at the last question nothing is said to be left out, however often the end is announced")
    func overrunAtLast() {
        let room = askedFirst(.short(questions: 1, timeLimitSeconds: 60))
        room.startSpeaking()
        room.wait(.seconds(175))
        #expect(room.last == "We have reached the end of our time.")
        room.sound()
        room.wait(.seconds(1))
        room.finish(.interrupted(heardFraction: 0.5))
        #expect(room.last == "We have reached the end of our time.")
        #expect(room.said.filter { $0.purpose == .wrapUp }.count == 2)
        room.playAll()
        #expect(room.result == .complete)
    }

    @Test("a silence beyond the time limit ends in the goodbye, not in a reminder")
    func silentAtTheEnd() {
        let room = askedFirst(.short(questions: 3, timeLimitSeconds: 60))
        room.answer("That was fine for us.")
        room.playAll()
        room.startSpeaking()
        room.wait(.seconds(45))
        room.stopSpeaking()
        room.words("")
        room.wait(.seconds(13))
        #expect(room.current?.purpose == .wrapUp)
    }

    // MARK: The goodbye

    @Test("a goodbye that is cut off is said again briefly, then it is complete")
    func goodbyeCutOff() {
        let room = askedFirst(.short(questions: 1))
        room.answer("All done.")
        #expect(room.current?.purpose == .goodbye)
        #expect(room.last.hasPrefix("That was my last question."))
        room.bargeIn("Thank you, goodbye.", heard: 0.3)
        #expect(room.last == "A person will review our talk and get back to you. Goodbye.")
        room.bargeIn("Bye.", heard: 0.2)
        #expect(room.result == .complete)
    }

    @Test("speech before the goodbye is heard goes on with the last answer")
    func lastAnswerGoesOn() {
        let room = askedFirst(.short(questions: 1))
        room.answer("I did this.")
        room.startSpeaking()
        room.finish(.interrupted(heardFraction: 0))
        room.wait(.seconds(3))
        room.stopSpeaking()
        room.words("And that.")
        #expect(room.attributed == ["q1", "q1"])
        #expect(room.last.hasPrefix("That was my last question."))
    }

    // MARK: Calls

    @Test("after a lost call the current question is asked again, without a second greeting")
    func resume() {
        let room = askedFirst()
        room.answer("I did it.")
        room.playAll()
        room.wait(.seconds(5))
        room.lose()
        room.wait(.seconds(20))
        #expect(room.current == nil)
        room.live()
        #expect(room.last == "Welcome back. Let's continue.")
        room.play()
        #expect(room.last == "Question number 2?")
        #expect(room.said.filter { $0.purpose == .greeting }.count == 1)
    }

    @Test("time in which the call was lost is not used up")
    func suspendedTime() {
        let room = askedFirst(.short(questions: 2, timeLimitSeconds: 100))
        for _ in 0..<3 {
            room.lose()
            room.wait(.seconds(200))
            room.live()
            room.playAll()
        }
        room.answer("Here I am.")
        #expect(room.current?.questionText == "Question number 2?")
    }

    @Test("a disclosure that was lost with the call is made up for")
    func resumeBeforeDisclosure() {
        let room = Room()
        room.live()
        room.sound()
        room.lose()
        room.live()
        room.play()
        #expect(room.last == InterviewPlan.disclosure)
        room.play()
        #expect(room.last == "Question number 1?")
    }

    @Test("who does not come back in time has abandoned the interview")
    func doesNotReturn() {
        let room = askedFirst()
        room.lose()
        room.wait(.seconds(299))
        #expect(room.result == nil)
        room.wait(.seconds(2))
        #expect(room.result == .end(.candidateDidNotReturn))
        #expect(room.coverage.map(\.outcome) == [.asked, .leftOutAtEnd, .leftOutAtEnd])
        #expect(room.closed == ["q1 cut_short"])
    }

    @Test("hanging up ends the interview, and in the goodbye completes it")
    func hangUp() {
        let early = askedFirst()
        early.hangUp()
        #expect(early.result == .end(.candidateLeft))
        let late = askedFirst(.short(questions: 1))
        late.answer("All done.")
        late.sound()
        late.hangUp()
        #expect(late.result == .complete)
    }

    @Test("a new process goes on where the old one was")
    func restart() throws {
        let plan = InterviewPlan.short()
        let before = askedFirst(plan)
        before.answer("I did it.")
        before.playAll()
        let progress = before.progress
        #expect(progress.questionIndex == 1)
        let after = Room(plan, resuming: progress)
        after.live()
        #expect(after.last == "Welcome back. Let's continue.")
        after.playAll()
        #expect(after.last == "Question number 2?")
        after.answer("That went well.")
        after.playAll()
        after.answer("Also good.")
        after.playAll()
        #expect(after.result == .complete)
        // The proof that question 2 was put is in the record already.
        #expect(after.coverage.map(\.number) == [3])
    }

    @Test("a provisional step is not progress")
    func progressIsConservative() {
        let room = askedFirst()
        room.answer("I did it.")
        #expect(room.progress.questionIndex == 0)
        room.sound()
        #expect(room.progress.questionIndex == 1)
    }

    // MARK: Failures of the engine

    @Test("a reply that failed is tried again, and three failures in a row end the interview as failed")
    func failures() {
        let room = Room()
        room.live()
        room.finish(.failed)
        #expect(room.current == nil)
        room.wait(.seconds(1))
        #expect(room.said.count == 2)
        #expect(room.said[0].text == room.said[1].text)
        room.finish(.failed)
        room.wait(.seconds(1))
        room.finish(.failed)
        #expect(room.result == .end(.interviewerUnavailable))
        #expect(EndReason.interviewerUnavailable.status == .failed)
    }

    @Test("a reply that never sounds is stopped and tried again")
    func neverSounds() {
        let room = Room()
        room.live()
        room.wait(.seconds(17))
        #expect(room.actions.contains(.stopSpeaking(utterance: 1)))
        #expect(room.said.count == 2)
    }

    @Test("a reply whose end is missed does not block the interview")
    func endMissed() {
        let room = Room()
        room.live()
        room.sound()
        room.wait(.seconds(90))
        #expect(room.said.count >= 2)
        #expect(room.said[1].questionText == "Question number 1?")
    }

    @Test("events about utterances that are not under way change nothing")
    func staleEvents() {
        var conductor = InterviewConductor(plan: .short())
        _ = conductor.callLive(at: .zero)
        #expect(conductor.responseFinished(utterance: 99, .completed, at: .seconds(1)) == [])
        #expect(conductor.responseAudioStarted(utterance: 0, at: .seconds(1)) == [])
        #expect(conductor.transcriptionFailed(itemID: "unknown", at: .seconds(1)) == [])
        #expect(conductor.candidateSpeechStopped(itemID: "unknown", at: .seconds(1)) == [])
    }

    @Test("after the end every event is ignored")
    func afterTheEnd() {
        var conductor = InterviewConductor(plan: .short())
        _ = conductor.callLive(at: .zero)
        #expect(conductor.candidateHangUp(at: .seconds(1)).last == .end(.candidateLeft))
        #expect(conductor.callLive(at: .seconds(2)) == [])
        #expect(conductor.candidateTurn(text: "Hello?", itemID: "a", at: .seconds(2)) == [])
        #expect(conductor.timerFired(at: .seconds(900)) == [])
        let isOver = conductor.isOver
        #expect(isOver)
    }
}
