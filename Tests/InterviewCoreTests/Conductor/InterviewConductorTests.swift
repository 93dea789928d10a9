import InterviewCore
import Testing

@Suite("The conductor leads through the plan")
struct InterviewConductorTests {
    /// In a room where the first question was asked.
    private func askedFirst(_ plan: InterviewPlan = .short()) -> Room {
        let room = Room(plan)
        room.live()
        room.playAll()
        return room
    }

    @Test("the greeting says that it is an AI and that the talk is recorded")
    func greeting() {
        let room = Room()
        room.live()
        #expect(room.said.count == 1)
        #expect(room.said[0].purpose == .greeting)
        #expect(room.last.contains("AI interviewer, not a person"))
        #expect(room.last.contains("recorded as text"))
        #expect(room.last.contains("position of Tester"))
    }

    @Test("the first question follows the greeting without a word of the candidate")
    func firstQuestionFollows() {
        let room = Room()
        room.live()
        room.play()
        #expect(room.said.map(\.text).last == "Question number 1?")
        #expect(room.said[1].questionText == "Question number 1?")
    }

    @Test("all questions are asked word for word in order, and then it is complete")
    func wholeInterview() {
        let room = askedFirst()
        for _ in 1...3 {
            room.answer("I did what had to be done and it worked.")
            room.playAll()
        }
        #expect(room.result == .complete)
        let questions = room.said.compactMap(\.questionText)
        #expect(questions == ["Question number 1?", "Question number 2?", "Question number 3?"])
        for utterance in room.said { #expect(utterance.questionText.map(utterance.text.contains) ?? true) }
        #expect(room.closed == ["q1 answered", "q2 answered", "q3 answered"])
        #expect(room.coverage.map(\.outcome) == [.asked, .asked, .asked])
        #expect(room.attributed == ["q1", "q2", "q3"])
        #expect(room.last.contains("A person will review our talk"))
    }

    @Test("a finished answer gets its reply at once")
    func noAddedLatency() {
        let room = askedFirst()
        room.answer("We moved the service to a new data centre.")
        #expect(room.current?.questionText == "Question number 2?")
    }

    @Test("every candidate hears the same acknowledgements, and none judges")
    func acknowledgements() {
        let texts = (0..<2).map { _ in
            let room = askedFirst(.short(questions: 8))
            for _ in 1...8 {
                room.answer("That was it.")
                room.playAll()
            }
            return room.said.map(\.text)
        }
        #expect(texts[0] == texts[1])
        for text in texts[0] {
            let words = Set(WordErrorRate.normalizedWords(of: text))
            #expect(
                words.isDisjoint(with: ["great", "good", "excellent", "perfect", "wrong", "right", "interesting", "impressive", "sadly"])
            )
        }
    }

    // MARK: Patience

    @Test(
        "an answer that sounds unfinished is waited for",
        arguments: ["I worked on the backend and", "It was because", "First, we measured,", "Well, the"]
    )
    func unfinished(text: String) {
        let room = askedFirst()
        room.answer(text)
        #expect(room.current == nil)
        room.wait(.milliseconds(1500))
        #expect(room.current == nil)
        room.wait(.milliseconds(500))
        #expect(room.current?.questionText == "Question number 2?")
    }

    @Test("speech within the wait goes on with the answer")
    func answerOfTwoTurns() {
        let room = askedFirst()
        room.answer("I worked on the backend and")
        room.wait(.seconds(1))
        room.startSpeaking()
        room.wait(.seconds(20))
        #expect(room.current == nil)
        room.stopSpeaking()
        room.words("then we shipped it.")
        #expect(room.attributed == ["q1", "q1"])
        #expect(room.current?.questionText == "Question number 2?")
    }

    @Test("who asks for time to think gets it without a reminder, even at an impatient question")
    func thinking() {
        let room = askedFirst(.short(patienceSeconds: 3))
        room.answer("Let me think.")
        room.wait(.milliseconds(7500))
        #expect(room.current == nil)
        room.wait(.seconds(1))
        #expect(room.current?.purpose == .reminder)
    }

    @Test("who asks for time to think behind an answer is waited for, too")
    func thinkingBehindAnswer() {
        let room = askedFirst()
        room.answer("We used a queue for that. Let me think.")
        room.wait(.milliseconds(7500))
        #expect(room.current == nil)
        room.wait(.seconds(1))
        #expect(room.current?.questionText == "Question number 2?")
    }

    @Test("a bare yes becomes the answer only when silence follows")
    func backchannel() {
        let room = askedFirst()
        room.answer("Mm-hmm.")
        room.wait(.milliseconds(2000))
        #expect(room.current == nil)
        room.startSpeaking()
        room.wait(.seconds(3))
        room.stopSpeaking()
        room.words("We rewrote it.")
        #expect(room.attributed == ["q1", "q1"])
        room.playAll()
        room.answer("Yes.")
        room.wait(.milliseconds(2600))
        #expect(room.current?.questionText == "Question number 3?")
    }

    @Test("speech that begins before the next question is heard belongs to the answer, and the question is not lost")
    func speaksOnBeforeReply() {
        let room = askedFirst()
        room.answer("I built the cache.")
        #expect(room.current?.questionText == "Question number 2?")
        room.wait(.milliseconds(200))
        room.startSpeaking()
        room.finish(.interrupted(heardFraction: 0))
        room.wait(.seconds(2))
        room.stopSpeaking()
        room.words("And I also built the queue.")
        #expect(room.attributed == ["q1", "q1"])
        #expect(room.closed == [])
        #expect(room.current?.questionText == "Question number 2?")
        #expect(room.last == "Okay, thank you. Question number 2?")
        room.playAll()
        #expect(room.closed == ["q1 answered"])
    }

    @Test("a wish to hear the question again, spoken into a reply that is not audible, repeats the right question")
    func repeatBeforeReply() {
        let room = askedFirst()
        room.answer("Yes, I did.")
        room.startSpeaking()
        room.finish(.interrupted(heardFraction: 0))
        room.stopSpeaking()
        room.words("Sorry, could you repeat the question?")
        #expect(room.last == "Of course. Question number 1?")
    }

    @Test("speech within the grace after the sound began is part of the previous answer")
    func grace() {
        let room = askedFirst()
        room.answer("I built the cache.")
        room.sound()
        room.wait(.milliseconds(300))
        room.startSpeaking()
        room.finish(.interrupted(heardFraction: 0.1))
        room.stopSpeaking()
        room.words("It was fast.")
        #expect(room.attributed == ["q1", "q1"])
        #expect(room.last == "Okay, thank you. Question number 2?")
    }

    // MARK: Interruptions

    @Test("a question that was cut off is asked again word for word, at most twice")
    func askedAgain() {
        let room = Room()
        room.live()
        room.play()
        room.bargeIn("I think I know this.", heard: 0.5)
        #expect(room.last == "Let me ask that again. Question number 1?")
        room.bargeIn("Yes, yes, that is easy.", heard: 0.6)
        #expect(room.last == "Let me ask that again. Question number 1?")
        room.bargeIn("I would use a queue.", heard: 0.4)
        #expect(room.current?.questionText == "Question number 2?")
        room.playAll()
        #expect(room.coverage.first?.outcome == .askedInPart)
        #expect(room.coverage.first?.heardFraction == 0.6)
        #expect(room.coverage.first?.attempts == 3)
    }

    @Test("a question of which all but the last tenth was heard counts as asked")
    func nearlyHeard() {
        let room = Room()
        room.live()
        room.play()
        room.bargeIn("I would use a queue.", heard: 0.95)
        #expect(room.current?.questionText == "Question number 2?")
        #expect(room.coverage.first?.outcome == .asked)
    }

    @Test("a barge-in during the greeting loses neither the disclosure nor the question")
    func bargeInAtGreeting() {
        let room = Room()
        room.live()
        room.bargeIn("Hi, nice to meet you.", heard: 0.6)
        #expect(room.last == InterviewPlan.disclosure)
        room.play()
        #expect(room.last == "Question number 1?")
        #expect(room.attributed == [nil])
    }

    @Test("a noise that cuts the greeting off at its beginning has it said again in full")
    func noiseAtGreeting() {
        let room = Room()
        room.live()
        room.bargeIn("", heard: 0.05)
        #expect(room.said.count == 2)
        #expect(room.said[0].text == room.said[1].text)
    }

    @Test("a question cut off by a noise is asked again")
    func noise() {
        let room = Room()
        room.live()
        room.play()
        room.sound()
        room.wait(.seconds(1))
        room.startSpeaking()
        room.finish(.interrupted(heardFraction: 0.4))
        room.stopSpeaking()
        room.noWords()
        #expect(room.last == "Let me ask that again. Question number 1?")
    }

    @Test("an interruption of which nothing more is heard does not end in silence")
    func silentInterruption() {
        let room = Room()
        room.live()
        room.play()
        room.sound()
        room.wait(.seconds(1))
        room.finish(.interrupted(heardFraction: 0.4))
        #expect(room.current == nil)
        room.wait(.seconds(2))
        #expect(room.last == "Let me ask that again. Question number 1?")
    }

    // MARK: Repeats, declining, silence

    @Test("the question is repeated on request, word for word")
    func repeats() {
        let room = askedFirst()
        room.answer("Sorry, could you say that again please?")
        #expect(room.last == "Of course. Question number 1?")
        #expect(room.current?.purpose == .repeatQuestion(QuestionID(wellFormed: "q1")))
        room.playAll()
        room.answer("Now I got it: we used a queue.")
        #expect(room.current?.questionText == "Question number 2?")
    }

    @Test("requests to repeat end some time")
    func repeatsAreLimited() {
        let room = askedFirst()
        for _ in 0..<6 {
            room.answer("Pardon?")
            room.play()
        }
        #expect(room.said.compactMap(\.questionText).filter { $0 == "Question number 1?" }.count == 6)
        #expect(room.said.last?.questionText == "Question number 2?")
    }

    @Test("who does not know the answer goes on without a judgement")
    func declines() {
        let room = askedFirst()
        room.answer("I don't know.")
        #expect(room.last == "That is fine. Let's go on. Question number 2?")
        room.playAll()
        #expect(room.closed == ["q1 declined"])
    }

    @Test("one reminder after a long silence, then the next question")
    func silence() {
        let room = askedFirst()
        room.wait(.seconds(11))
        #expect(room.current == nil)
        room.wait(.milliseconds(1100))
        #expect(room.current?.purpose == .reminder)
        room.playAll()
        room.wait(.seconds(13))
        #expect(room.last == "Let's go on. Question number 2?")
        room.playAll()
        #expect(room.closed == ["q1 silent"])
    }

    @Test("a question may have more patience than others")
    func ownPatience() {
        let room = askedFirst(.short(patienceSeconds: 30))
        room.wait(.seconds(29))
        #expect(room.current == nil)
        room.wait(.seconds(2))
        #expect(room.current?.purpose == .reminder)
    }

    @Test("three silent questions end the interview kindly")
    func allSilent() {
        let room = askedFirst(.short(questions: 5))
        for _ in 0..<6 {
            room.wait(.seconds(13))
            room.playAll()
        }
        #expect(room.result == .end(.candidateSilent))
        #expect(room.last.contains("I cannot hear you"))
        #expect(room.coverage.map(\.outcome) == [.asked, .asked, .asked, .leftOutAtEnd, .leftOutAtEnd])
    }

    @Test("a word in between starts the count of silent questions anew")
    func silenceCountRestarts() {
        let room = askedFirst(.short(questions: 6))
        for _ in 0..<4 {
            room.wait(.seconds(13))
            room.playAll()
        }
        room.answer("I am here.")
        room.playAll()
        for _ in 0..<4 {
            room.wait(.seconds(13))
            room.playAll()
        }
        #expect(room.result == nil)
    }

    @Test("speech without words is asked for again, twice")
    func notCaught() {
        let room = askedFirst()
        for _ in 0..<2 {
            room.startSpeaking()
            room.stopSpeaking()
            room.noWords()
            #expect(room.current?.purpose == .didNotCatch)
            room.playAll()
        }
        room.startSpeaking()
        room.stopSpeaking()
        room.noWords()
        #expect(room.current?.questionText == "Question number 2?")
        room.playAll()
        #expect(room.closed == ["q1 not_understood"])
    }

    @Test("words that never come do not hold the interview up")
    func lostTranscription() {
        let room = askedFirst()
        room.startSpeaking()
        room.stopSpeaking()
        room.wait(.seconds(9))
        #expect(room.current == nil)
        room.wait(.seconds(2))
        #expect(room.current?.purpose == .didNotCatch)
    }
}
