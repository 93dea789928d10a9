import RealtimeProtocol
import Testing

@testable import VoiceEngine

@Suite struct SemanticTurnTests {
    private static let window = SpeechWindow.samples

    private static func settings(
        _ eagerness: TurnDetection.SemanticVAD.Eagerness = .auto,
        createResponse: Bool = false
    ) -> TurnSettings {
        TurnSettings(TurnDetection.SemanticVAD(eagerness: eagerness, createResponse: createResponse))
    }

    /// Silent windows until the end when sound and words are known after the first silence.
    private static func windowsToEnd(
        probability: Float?,
        text: String?,
        eagerness: TurnDetection.SemanticVAD.Eagerness = .auto,
        speech: Int = SemanticTurnEnd.briefWindows
    ) -> Int {
        var driver = TurnDriver(settings(eagerness))
        driver.speech(speech)
        driver.silence(TurnLimits.semanticSpeculationWindows)
        driver.judged(0, probability)
        driver.recognised(0, text)
        var windows = TurnLimits.semanticSpeculationWindows
        while driver.log.stops.isEmpty, windows < 200 {
            driver.silence(1)
            windows += 1
        }
        return windows
    }

    @Test("after 160 ms of silence the sound is judged and the words are recognised, both once")
    func speculation() {
        var driver = TurnDriver(Self.settings())
        driver.silence(20)
        driver.speech(400)
        driver.silence(4)
        #expect(driver.log.judgements.isEmpty && driver.log.recognised.isEmpty)
        driver.silence(15)
        // The sound of the last 8 s, the words of all.
        #expect(driver.log.judgements.map(\.samples) == [(425 * Self.window - 128_000)..<(425 * Self.window)])
        #expect(driver.log.recognised == [(20 * Self.window - 4_800)..<(425 * Self.window)])
    }

    @Test("what will be judged is kept, though its words are recognised already")
    func kept() {
        var driver = TurnDriver(Self.settings())
        driver.speech(400)
        driver.silence(8)
        driver.speech(20)
        #expect(driver.machine.firstNeededSample == 428 * Self.window - 128_000)
        driver.silence(5)
        #expect(driver.log.judgements.last?.samples.lowerBound == driver.machine.firstNeededSample)
    }

    private static let sentence = "I led the team for two years."

    @Test("a finished sentence that sounds finished ends the turn after half a second, a question sooner")
    func agreed() {
        #expect(Self.windowsToEnd(probability: 0.95, text: Self.sentence) == 15)
        #expect(Self.windowsToEnd(probability: 0.95, text: "Could you say that again?") == 9)
    }

    @Test("behind a single short sentence more is waited for, the less eager the more")
    func brief() {
        let eagernesses: [TurnDetection.SemanticVAD.Eagerness] = [.low, .auto, .high]
        #expect(eagernesses.map { Self.windowsToEnd(probability: 1, text: Self.sentence, eagerness: $0, speech: 40) } == [27, 22, 15])
        #expect(eagernesses.map { Self.windowsToEnd(probability: 1, text: "Yes.", eagerness: $0, speech: 10) } == [16, 13, 10])
    }

    /// Silent windows until a finished sentence of low eagerness that sounds finished ends the turn, in which `driver` is.
    private static func windowsToEnd(in driver: inout TurnDriver) -> Int {
        let stops = driver.log.stops.count
        driver.silence(TurnLimits.semanticSpeculationWindows)
        driver.judged(driver.log.judgements.count - 1, 1)
        driver.recognised(driver.log.recognised.count - 1, sentence)
        var windows = TurnLimits.semanticSpeculationWindows
        while driver.log.stops.count == stops, windows < 200 {
            driver.silence(1)
            windows += 1
        }
        return windows
    }

    @Test("half as much is waited for when the short sentence has a clear pause in it", arguments: [(7, 27), (8, 21)])
    func briefWithPause(silentWindows: Int, expected: Int) {
        var driver = TurnDriver(Self.settings(.low))
        driver.speech(20)
        driver.silence(silentWindows)
        // Whether its words were known by then depends on the machine and changes nothing.
        driver.speech(20)
        #expect(Self.windowsToEnd(in: &driver) == expected)
    }

    @Test("who goes on within a second of the end of an answer is not waited for again", arguments: [(31, 15), (32, 27)])
    func continuation(silentWindows: Int, expected: Int) {
        var driver = TurnDriver(Self.settings(.low))
        driver.speech(40)
        #expect(Self.windowsToEnd(in: &driver) == 27)
        driver.silence(silentWindows)
        driver.speech(40)
        #expect(Self.windowsToEnd(in: &driver) == expected)
    }

    @Test("two short sentences that are brief together are waited for half as long")
    func briefContinuation() {
        var driver = TurnDriver(Self.settings(.low))
        driver.speech(20)
        _ = Self.windowsToEnd(in: &driver)
        driver.silence(10)
        driver.speech(20)
        #expect(Self.windowsToEnd(in: &driver) == 21)
    }

    @Test("what comes behind a noise, a reply or thrown-away sound is the beginning of an answer", arguments: ["noise", "reply", "clear"])
    func noContinuation(between: String) {
        var driver = TurnDriver(Self.settings(.low))
        driver.speech(40)
        if between == "noise" {
            driver.silence(TurnLimits.semanticSpeculationWindows)
            driver.recognised(0, "")
            driver.silence(80)
            #expect(driver.log.stops.count == 1)
        } else {
            _ = Self.windowsToEnd(in: &driver)
        }
        switch between {
        case "reply":
            _ = driver.machine.responseBecame(.silent)
            _ = driver.machine.responseBecame(.none)
        case "clear": _ = driver.machine.clear()
        default: break
        }
        driver.silence(2)
        driver.speech(40)
        #expect(Self.windowsToEnd(in: &driver) == 27)
    }

    @Test("the less sound and words agree, the longer the silence must be")
    func waiting() {
        #expect(Self.windowsToEnd(probability: 0.6, text: Self.sentence) == 17)
        #expect(Self.windowsToEnd(probability: 0.2, text: Self.sentence) == 22)
        #expect(Self.windowsToEnd(probability: 0.01, text: Self.sentence) == 25)
        #expect(Self.windowsToEnd(probability: 0.6, text: "Five years.") == 21)
        #expect(Self.windowsToEnd(probability: 0.2, text: "Five years.") == 26)
        #expect(Self.windowsToEnd(probability: 0.05, text: "Five years.") == 41)
        #expect(Self.windowsToEnd(probability: 0.99, text: "I led the team,") == 29)
        #expect(Self.windowsToEnd(probability: 0.99, text: "I led the team and") == 41)
    }

    @Test("a word that answers begin with is waited behind, less with more eagerness and never less than behind a whole answer")
    func opening() {
        let eagernesses: [TurnDetection.SemanticVAD.Eagerness] = [.low, .medium, .auto, .high]
        #expect(eagernesses.map { Self.windowsToEnd(probability: 0.95, text: "Okay.", eagerness: $0) } == [29, 24, 24, 17])
        #expect(eagernesses.map { Self.windowsToEnd(probability: 0.2, text: "Okay.", eagerness: $0) } == [29, 24, 24, 23])
        for eagerness in eagernesses {
            for probability: Float in [0, 0.2, 0.6, 0.95] {
                let waits = ["Okay.", "Yes."].map { Self.windowsToEnd(probability: probability, text: $0, eagerness: eagerness) }
                #expect(waits[0] >= waits[1])
            }
        }
    }

    @Test("the cap follows the eagerness and stays far below three seconds")
    func caps() {
        let eagernesses: [TurnDetection.SemanticVAD.Eagerness] = [.low, .medium, .auto, .high]
        #expect(eagernesses.map { Self.windowsToEnd(probability: 0, text: "and then", eagerness: $0) } == [53, 41, 41, 28])
    }

    @Test("without judgement or words the turn ends all the same")
    func nothingKnown() {
        #expect(Self.windowsToEnd(probability: nil, text: nil) == 41)
        #expect(Self.windowsToEnd(probability: .nan, text: Self.sentence) == 24)
        #expect(Self.windowsToEnd(probability: 0.99, text: nil) == 24)
    }

    @Test("more certainty never means a longer wait")
    func monotonous() {
        for eagerness in [SemanticTurnEnd.Eagerness.low, .medium, .high] {
            let rule = SemanticTurnEnd(eagerness: eagerness)
            let texts = [TextCompletion.closed, .answer, .opening, .sentence, .clause, .unknown, .unfinished]
            let lengths = [SemanticTurnEnd.Length.brief, .briefWithPause, .ample]
            for (text, length) in texts.flatMap({ text in lengths.map { (text, $0) } }) {
                let waits = stride(from: Float(0), through: 1, by: 0.05).map {
                    rule.silenceWindows(probability: $0, text: text, length: length)
                }
                #expect(zip(waits, waits.dropFirst()).allSatisfy { $0 >= $1 })
                #expect(waits.allSatisfy { $0 <= rule.capWindows && $0 > TurnLimits.semanticSpeculationWindows })
            }
        }
    }

    @Test("an answer that comes after its silence was long enough ends the turn at once")
    func late() {
        var driver = TurnDriver(Self.settings())
        driver.speech(100)
        driver.silence(15)
        #expect(driver.recognised(0, "I led the team for two years.").isEmpty)
        let actions = driver.judged(0, 0.95)
        #expect(actions == [.stopSpeech(turn: 0, endSample: 115 * Self.window), .commit(turn: 0, pieces: [0])])
        #expect(driver.silence(100).isEmpty)
    }

    @Test("when speech goes on, judgement, words and prepared reply are taken back, and the whole turn is recognised again")
    func takenBack() {
        var driver = TurnDriver(Self.settings(createResponse: true))
        driver.speech(40)
        driver.silence(7)
        driver.recognised(0, "I led the team for two years.")
        let taken = driver.speech(1)
        #expect(taken == [.discardPreparedResponse(turn: 0), .cancelJudgement(0), .cancelRecognition(0)])
        #expect(driver.judged(0, 1).isEmpty)
        #expect(driver.recognised(0, "Yes.").isEmpty)
        driver.speech(20)
        driver.silence(TurnLimits.semanticSpeculationWindows)
        #expect(driver.log.recognised.last?.lowerBound == 0)
        #expect(driver.log.stops.isEmpty)
    }

    @Test("what was judged in an earlier pause does not count in a later one")
    func earlierPause() {
        var driver = TurnDriver(Self.settings())
        driver.speech(100)
        driver.silence(6)
        driver.judged(0, 0.99)
        driver.speech(20)
        driver.silence(6)
        driver.recognised(1, Self.sentence)
        #expect(driver.silence(17).stops.isEmpty)
        #expect(driver.silence(1).stops.count == 1)
    }

    @Test("the reply is prepared in the silence when the turn may be over, and used at its end")
    func prepared() {
        var driver = TurnDriver(Self.settings(createResponse: true))
        driver.speech(100)
        driver.silence(6)
        #expect(driver.recognised(0, "I led the team for two years.") == [.prepareResponse(turn: 0, pieces: [0])])
        #expect(driver.judged(0, 0.95).isEmpty)
        let end = driver.silence(9)
        #expect(end == [.stopSpeech(turn: 0, endSample: 115 * Self.window), .commit(turn: 0, pieces: [0]), .createResponse])
    }

    @Test("no reply is prepared for a thought that is not finished, and none at all when the client replies")
    func notPrepared() {
        for (text, creates) in [("I led the team and", true), ("I led the team for two years.", false)] {
            var driver = TurnDriver(Self.settings(createResponse: creates))
            driver.speech(40)
            driver.silence(6)
            driver.judged(0, 0.1)
            #expect(driver.recognised(0, text).isEmpty)
        }
    }

    @Test("with server_vad, too, the reply is prepared in the silence")
    func preparedByServerVAD() {
        var driver = TurnDriver(TurnSettings(TurnDetection.ServerVAD()))
        driver.speech(40)
        driver.silence(8)
        #expect(driver.recognised(0, "Yes.") == [.prepareResponse(turn: 0, pieces: [0])])
        #expect(driver.silence(7).last == .createResponse)
        #expect(driver.log.judgements.isEmpty)
    }

    @Test("a commit by hand forgets the prepared reply, as does clearing")
    func forgotten() {
        for clears in [true, false] {
            var driver = TurnDriver(Self.settings(createResponse: true))
            driver.speech(40)
            driver.silence(6)
            driver.recognised(0, "I led the team for two years.")
            let actions = clears ? driver.machine.clear() : driver.machine.commit()
            #expect(actions.contains(.discardPreparedResponse(turn: 0)))
            #expect(actions.contains(.cancelJudgement(0)))
            #expect(!actions.contains(.createResponse))
        }
    }

    @Test("noise that made a turn is committed, and gets no answer")
    func noise() {
        var driver = TurnDriver(Self.settings(createResponse: true))
        driver.speech(5)
        driver.silence(6)
        driver.judged(0, 0.95)
        driver.recognised(0, "")
        driver.silence(50)
        #expect(driver.log.commits == [[0]])
        #expect(!driver.log.contains(.createResponse))
    }
}
