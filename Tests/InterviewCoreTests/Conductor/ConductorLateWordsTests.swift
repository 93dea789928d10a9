import InterviewCore
import Testing

@Suite("Words that come after their turn was given up")
struct ConductorLateWordsTests {
    /// In a room where the first question was asked and a turn was spoken whose words do not come in time.
    private func waitedInVain(_ plan: InterviewPlan = .short(), policy: ConductorPolicy = ConductorPolicy()) -> Room {
        let room = Room(plan, policy: policy)
        room.live()
        room.playAll()
        room.startSpeaking()
        room.wait(.seconds(2))
        room.stopSpeaking()
        room.wait(policy.transcriptionLimit)
        return room
    }

    @Test("they are the answer while their question is current, and nobody is asked to say it once more")
    func answer() {
        let room = waitedInVain()
        #expect(room.current?.purpose == .didNotCatch)
        room.words("We used a queue for that.")
        room.playAll()
        #expect(room.attributed == ["q1"])
        // The candidate was just asked to say it again, so there is a moment to begin.
        #expect(room.current == nil)
        room.wait(.seconds(2))
        #expect(room.current?.questionText == "Question number 2?")
        room.playAll()
        #expect(room.closed == ["q1 answered"])
    }

    @Test("an apology that was not begun is dropped")
    func apologyDropped() {
        let room = waitedInVain()
        room.finish(.failed)
        room.words("We used a queue for that.")
        room.wait(.seconds(2))
        #expect(room.current?.questionText == "Question number 2?")
    }

    @Test(
        "they are attributed to their question when another one is current, and nothing follows from them",
        arguments: ["Could you repeat the question?", "I don't know.", "And"]
    )
    func earlierQuestion(text: String) {
        let room = waitedInVain()
        let late = room.item
        room.playAll()
        room.answer("We used a queue for that.")
        room.playAll()
        #expect(room.last.hasSuffix("Question number 2?"))
        let said = room.said.count
        room.words(text, item: late)
        room.wait(.seconds(3))
        #expect(room.said.count == said)
        #expect(room.attributed == ["q1", "q1"])
        // Question 2 still waits for its answer, and counts what it gets.
        room.answer("That went well.")
        #expect(room.current?.questionText == "Question number 3?")
    }

    @Test("they do not end the wait for the rest of another answer")
    func unfinishedAnswer() {
        let room = waitedInVain()
        let late = room.item
        room.playAll()
        room.answer("We used a queue for that.")
        room.playAll()
        room.answer("I worked on the backend and")
        room.words("That is all about the queue.", item: late)
        #expect(room.current == nil)
        room.wait(.seconds(2))
        #expect(room.current?.questionText == "Question number 3?")
    }

    @Test("they are no noise that delays a question")
    func empty() {
        let room = waitedInVain()
        room.playAll()
        room.words("")
        #expect(room.attributed == ["q1"])
        room.wait(.seconds(13))
        #expect(room.current?.purpose == .reminder)
    }

    @Test("they show that the candidate is there")
    func notSilent() {
        let room = Room(.short(questions: 6))
        room.live()
        room.playAll()
        room.startSpeaking()
        room.stopSpeaking()
        room.wait(.seconds(10))
        let late = room.item
        for _ in 0..<5 {
            room.playAll()
            room.wait(.seconds(13))
        }
        room.words("I am here.", item: late)
        for _ in 0..<3 {
            room.playAll()
            room.wait(.seconds(13))
        }
        #expect(room.result == nil)
        #expect(room.said.allSatisfy { $0.purpose != .goodbye })
    }

    @Test("a turn that was forgotten because too many were open is remembered, too")
    func tooManyOpen() {
        var policy = ConductorPolicy()
        policy.openTurns = 1
        let room = Room(.short(), policy: policy)
        room.live()
        room.playAll()
        room.startSpeaking()
        let first = room.item
        room.startSpeaking()
        room.stopSpeaking()
        room.words("And that was it.")
        #expect(room.current?.questionText == "Question number 2?")
        room.playAll()
        room.words("It began with a queue.", item: first)
        #expect(room.attributed == ["q1", "q1"])
        #expect(room.current == nil)
    }

    @Test("the number of remembered turns is bounded; older ones answer what is current")
    func bounded() {
        var policy = ConductorPolicy()
        policy.givenUpTurns = 2
        policy.openTurns = 1
        let room = Room(.short(), policy: policy)
        room.live()
        room.playAll()
        for _ in 0..<4 { room.startSpeaking() }
        room.stopSpeaking()
        room.words("That is all.")
        room.playAll()
        room.wait(.seconds(1))
        for item in ["item1", "item2", "item3"] { room.words("Hm.", item: item) }
        #expect(room.attributed == ["q1", "q2", "q1", "q1"])
    }

    @Test("words of a turn that was cut short by a lost call belong to its question")
    func lostCall() {
        let room = Room()
        room.live()
        room.playAll()
        room.answer("I did it.")
        room.startSpeaking()
        room.lose()
        room.words("And more.")
        #expect(room.attributed == ["q1", "q1"])
    }

    @Test("another call may count its items from the beginning")
    func itemsOfAnotherCall() {
        let room = Room()
        room.live()
        room.playAll()
        room.startSpeaking()
        room.lose()
        room.live()
        room.playAll()
        room.wait(.seconds(1))
        room.words("A new turn with an old name.")
        #expect(room.current?.questionText == "Question number 2?")
    }

    @Test("the last words of a candidate who hangs up are attributed, and nothing else follows the end")
    func afterTheEnd() {
        let room = Room()
        room.live()
        room.playAll()
        room.startSpeaking()
        room.hangUp()
        let count = room.actions.count
        room.words("That is all I have to say.")
        room.words("Nobody knows this.", item: "unknown")
        #expect(room.actions.count == count + 1)
        #expect(room.attributed == ["q1"])
    }
}
