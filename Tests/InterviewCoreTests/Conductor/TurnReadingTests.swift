import Testing

@testable import InterviewCore

@Suite("Reading what a turn is")
struct TurnReadingTests {
    @Test(
        "asking for the question again is recognised",
        arguments: [
            "Could you repeat the question?", "Say that again.", "Pardon?", "Sorry, what was that?", "I didn't catch that.", "Sorry?",
            "Can you repeat that please", "What was the question again?", "Sorry, I didn’t hear you.",
            "I'm sorry, could you say that one more time?",
            "Repeat.", "Please repeat the question", "Um, sorry, could you ask me that again?", "Excuse me?", "What?", "Come again?",
            "Sorry, the line was bad. Could you repeat the question?", "Could you please repeat the last part of the question?",
            "I beg your pardon?", "Can I hear the question again?", "Would you mind repeating? Repeat it please.",
        ]
    )
    func repeatRequests(text: String) {
        #expect(TurnReading(text) == .repeatRequest)
    }

    @Test(
        "an answer that only contains the words is an answer",
        arguments: [
            "The customer asked me, could you repeat the question, and so I explained it to him once more in simpler words.",
            "I would say that again and again to my team.",
            "In the incident call I had to repeat that we needed a rollback before anything else.",
            "We missed it in the code review, so it went to production.",
            "I told my manager that I didn't catch that bug because the tests were green.",
            "Sorry is not a word we used a lot there.", "What I did first was to look at the logs.",
            "I asked him what he meant and he showed me the dashboard.", "It worked. Sorry that this took so long, I had to look it up.",
            "The caller said pardon me and hung up.",
        ]
    )
    func answersWithTheSameWords(text: String) {
        #expect(TurnReading(text) == .finished)
    }

    @Test(
        "a turn that will go on is unfinished",
        arguments: [
            "I worked on the backend and", "I worked on the backend and.", "We did that because", "So first we measured,", "Then the",
            "It was a, um",
            "The reason is that", "And then we...", "I was responsible for", "We started and I.", "Because of the", "First of all —",
        ]
    )
    func unfinished(text: String) {
        #expect(TurnReading(text) == .unfinished)
    }

    @Test(
        "a turn that ends like a sentence is finished",
        arguments: [
            "I think so.", "I would do so.", "That is what we were looking for.", "We moved everything to Postgres",
            "It took a week or so.",
            "That was the team I worked with.", "No, I have not done that.", "I led a team of five.", "Python and Swift.",
            "There was one moment that changed everything for our team.", "We had a good question from the customer about that.",
            "I moved on to another team after two years and learned a lot.",
            "I don't know Kubernetes well, but I have used Nomad for years.",
        ]
    )
    func finished(text: String) {
        #expect(TurnReading(text) == .finished)
    }

    @Test("only fillers is no answer", arguments: ["Um", "Uh, well", "Well...", "Hmm.", "So, um,"])
    func fillers(text: String) {
        #expect(TurnReading(text) == .filler)
    }

    @Test(
        "a bare sign of listening is a backchannel",
        arguments: ["Yes.", "Okay", "Mm-hm", "Mm-hmm.", "Yeah, sure.", "Right, okay.", "No.", "Thank you."]
    )
    func backchannels(text: String) {
        #expect(TurnReading(text) == .backchannel)
    }

    @Test(
        "a wish for time is recognised",
        arguments: [
            "Let me think.", "Give me a moment.", "Hmm, let me think about that for a second.", "One moment please.", "Hold on.",
            "Okay, I need a minute to think.", "Can I have a moment?", "That's a good question.",
        ]
    )
    func thinking(text: String) {
        #expect(TurnReading(text) == .thinking(afterContent: false))
    }

    @Test("a wish for time behind an answer leaves the answer standing")
    func thinkingAfterContent() {
        #expect(TurnReading("We used a queue for that. Let me think.") == .thinking(afterContent: true))
        #expect(TurnReading("Let me think. We used a queue for that.") == .finished)
    }

    @Test(
        "declining is recognised",
        arguments: [
            "I don't know.", "Sorry, I do not know.", "No idea.", "Skip.", "Next question please.", "Can we skip this question?",
            "I'll pass.",
            "I'd rather not answer that.", "Let's move on.", "I don't know, honestly.",
        ]
    )
    func declines(text: String) {
        #expect(TurnReading(text) == .decline)
    }

    @Test("asking for an explanation and for presence are their own kinds")
    func others() {
        #expect(TurnReading("What do you mean?") == .explanationRequest)
        #expect(TurnReading("I don't understand the question.") == .explanationRequest)
        #expect(TurnReading("Can you hear me?") == .presenceCheck)
        #expect(TurnReading("Hello? Are you still there?") == .presenceCheck)
        #expect(TurnReading("Hello?") == .greeting)
    }

    @Test("nothing and punctuation are empty", arguments: ["", "   ", "...", "—", "?!"])
    func empty(text: String) {
        #expect(TurnReading(text) == .empty)
    }

    @Test("a text of any length and script is read without trouble")
    func robust() {
        #expect(TurnReading(String(repeating: "word ", count: 50_000)) == .finished)
        #expect(TurnReading("Ich weiß nicht. 你好 مرحبا") == .finished)
        #expect(TurnReading(String(repeating: "'", count: 5000)) == .empty)
    }
}
