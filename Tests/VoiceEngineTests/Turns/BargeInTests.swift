import RealtimeProtocol
import Testing

@testable import VoiceEngine

@Suite struct BargeInTests {
    private static func driver(createResponse: Bool = true, semantic: Bool = false) -> TurnDriver {
        let settings =
            semantic
            ? TurnSettings(TurnDetection.SemanticVAD(createResponse: createResponse))
            : TurnSettings(TurnDetection.ServerVAD(createResponse: createResponse))
        var driver = TurnDriver(settings)
        driver.silence(20)
        driver.response(.audible)
        return driver
    }

    private static func output(_ actions: [TurnStateMachine.Action]) -> [TurnStateMachine.Action] {
        actions.filter { [.duckOutput, .pauseOutput, .resumeOutput, .interruptResponse].contains($0) }
    }

    @Test("the reply is turned down at the first voiced window and held after 128 ms of speech")
    func duckAndPause() {
        var driver = Self.driver()
        #expect(driver.speech(1) == [.duckOutput])
        #expect(Self.output(driver.speech(2)).isEmpty)
        #expect(driver.speech(1) == [.pauseOutput])
    }

    @Test("a doubtful window is enough to turn the reply down, and not for a turn")
    func doubtful() {
        var driver = Self.driver()
        #expect(driver.feed(0.4) == [.duckOutput])
        #expect(driver.feed(0.4, windows: 4) == [.resumeOutput])
        #expect(driver.log.starts.isEmpty)
    }

    @Test("the start of speech is told at once, as without a reply")
    func started() {
        var driver = Self.driver()
        #expect(driver.speech(2).starts.count == 1)
    }

    @Test("a click turns the reply down for an eighth of a second and is no turn")
    func click() {
        var driver = Self.driver()
        driver.speech(1)
        #expect(driver.silence(3).isEmpty)
        #expect(driver.silence(1) == [.resumeOutput])
        #expect(driver.log.starts.isEmpty)
    }

    @Test("a listening noise lets the reply go on; it is committed and gets no answer", arguments: [true, false])
    func backchannel(semantic: Bool) {
        var driver = Self.driver(semantic: semantic)
        driver.speech(12)
        driver.silence(6)
        #expect(driver.recognised(0, "Mm-hmm.") == [.resumeOutput])
        driver.silence(60)
        #expect(driver.log.commits == [[0]])
        #expect(!driver.log.contains(.createResponse) && !driver.log.contains(.interruptResponse))
    }

    @Test("a sound without words lets the reply go on")
    func noise() {
        var driver = Self.driver()
        driver.speech(7)
        driver.silence(6)
        #expect(driver.recognised(0, "") == [.resumeOutput])
        driver.silence(60)
        #expect(!driver.log.contains(.createResponse))
    }

    @Test("words end the reply as soon as they are known, and are answered")
    func words() {
        var driver = Self.driver()
        driver.speech(12)
        driver.silence(7)
        #expect(driver.recognised(0, "Wait.") == [.interruptResponse, .prepareResponse(turn: 0, pieces: [0])])
        driver.response(.none)
        driver.silence(8)
        #expect(driver.log.last == .createResponse)
    }

    @Test("speech of more than a second ends the reply without waiting for its words")
    func long() {
        var driver = Self.driver()
        #expect(!driver.speech(31).contains(.interruptResponse))
        #expect(driver.speech(1) == [.interruptResponse])
        driver.response(.none)
        driver.speech(20)
        driver.silence(15)
        #expect(driver.log.last == .createResponse)
    }

    @Test("a listening noise and then words in the same turn end the reply")
    func noiseThenWords() {
        var driver = Self.driver()
        driver.speech(10)
        driver.silence(7)
        driver.recognised(0, "Yeah.")
        let second = driver.speech(12)
        #expect(Self.output(second) == [.duckOutput, .pauseOutput])
        driver.silence(7)
        #expect(driver.recognised(1, "Yeah, but why?").first == .interruptResponse)
        driver.response(.none)
        driver.silence(8)
        #expect(driver.log.last == .createResponse)
    }

    @Test("a word over the last moment of a reply is an answer to it")
    func overTheEnd() {
        var driver = Self.driver()
        driver.speech(6)
        #expect(driver.response(.none).isEmpty)
        driver.speech(4)
        driver.silence(7)
        driver.recognised(0, "Yes.")
        driver.silence(8)
        #expect(driver.log.last == .createResponse)
    }

    @Test(
        "a turn that ends before its words are known gets its answer, or none, when they are",
        arguments: [("Stop.", true), ("Right.", false)]
    )
    func lateWords(text: String, isAnswered: Bool) {
        var driver = Self.driver()
        driver.speech(8)
        driver.silence(15)
        #expect(driver.log.commits == [[0]])
        #expect(!driver.log.contains(.createResponse))
        #expect(driver.recognised(0, text) == (isAnswered ? [.interruptResponse, .createResponse] : [.resumeOutput]))
    }

    @Test("words that could not be recognised count as words: nobody is talked over")
    func failed() {
        var driver = Self.driver()
        driver.speech(8)
        driver.silence(7)
        #expect(driver.recognised(0, nil).first == .interruptResponse)
    }

    @Test("a held reply goes on after 1.6 s at the latest, and words that come later still end it")
    func limit() {
        var driver = Self.driver()
        driver.speech(8)
        #expect(driver.silence(43).last == .resumeOutput)
        #expect(driver.recognised(0, "Stop.").first == .interruptResponse)
    }

    @Test("clearing or committing the input lets a held reply go on")
    func dropped() {
        for clears in [true, false] {
            var driver = Self.driver()
            driver.speech(8)
            let actions = clears ? driver.machine.clear() : driver.machine.commit()
            #expect(actions.first == .resumeOutput)
        }
    }

    @Test("a new setting that forbids interruptions lets a held reply go on")
    func forbidden() {
        var driver = Self.driver()
        driver.speech(8)
        #expect(driver.machine.change(to: TurnSettings(TurnDetection.ServerVAD(interruptResponse: false))) == [.resumeOutput])
    }

    @Test("a reply that begins while somebody speaks is not touched before the next utterance")
    func begunMeanwhile() {
        var driver = TurnDriver(TurnSettings(TurnDetection.ServerVAD()))
        driver.speech(20)
        driver.response(.audible)
        #expect(Self.output(driver.speech(60)).isEmpty)
        driver.silence(7)
        #expect(Self.output(driver.speech(1)) == [.duckOutput])
    }
}
