import RealtimeProtocol
import Testing

@testable import VoiceEngine

@Suite struct TurnStateMachineTests {
    private static let window = SpeechWindow.samples

    private static func settings(
        silence: Int = 500,
        prefix: Int = 300,
        createResponse: Bool = false,
        interim: Int? = nil
    ) -> TurnSettings {
        TurnSettings(
            TurnDetection.ServerVAD(
                prefixPaddingMilliseconds: prefix,
                silenceDurationMilliseconds: silence,
                createResponse: createResponse
            ),
            interimWindows: interim
        )
    }

    @Test("speech starts after two windows above the threshold, and the start includes the prefix padding")
    func start() {
        var driver = TurnDriver(Self.settings())
        driver.silence(55)
        #expect(driver.speech(1).isEmpty)
        #expect(driver.speech(1) == [.startSpeech(turn: 0, startSample: 55 * Self.window - 4_800)])
        // As recorded from the API: the start plus the padding lies on the grid of 32 ms.
        #expect(SpeechWindow.milliseconds(atSample: 55 * Self.window - 4_800) == 1_460)
    }

    @Test("a single window above the threshold is a click, not speech")
    func click() {
        var driver = TurnDriver(Self.settings())
        for _ in 0..<20 {
            driver.speech(1)
            driver.silence(1)
        }
        #expect(driver.log.isEmpty == true)
    }

    @Test("a probability at the threshold does not start speech")
    func atThreshold() {
        var driver = TurnDriver(Self.settings())
        #expect(driver.feed(0.5, windows: 10).isEmpty)
    }

    @Test("the start of the stream bounds the prefix padding")
    func firstSample() {
        var driver = TurnDriver(Self.settings())
        #expect(driver.speech(2) == [.startSpeech(turn: 0, startSample: 0)])
    }

    @Test("speech ends after 15 silent windows for 500 ms, and the end includes the silence")
    func end() {
        var driver = TurnDriver(Self.settings())
        driver.speech(30)
        driver.silence(14)
        #expect(driver.log.stops.isEmpty)
        driver.silence(1)
        #expect(driver.log.stops == [45 * Self.window])
        #expect(driver.log.commits == [[0]])
    }

    @Test("a window between the two thresholds resets the silence")
    func betweenThresholds() {
        var driver = TurnDriver(Self.settings())
        driver.speech(30)
        driver.silence(14)
        driver.feed(0.4)
        driver.silence(14)
        #expect(driver.log.stops.isEmpty)
        driver.silence(1)
        #expect(driver.log.stops.count == 1)
    }

    @Test("the turn is recognised on speculation after 6 silent windows, and nothing is recognised at the end")
    func speculation() {
        var driver = TurnDriver(Self.settings())
        driver.silence(20)
        driver.speech(30)
        driver.silence(5)
        #expect(driver.log.recognised.isEmpty)
        driver.silence(1)
        #expect(driver.log.recognised == [(20 * Self.window - 4_800)..<(56 * Self.window)])
        let atEnd = driver.silence(9)
        #expect(atEnd == [.stopSpeech(turn: 0, endSample: 65 * Self.window), .commit(turn: 0, pieces: [0])])
    }

    @Test("a speculation is taken back when speech goes on, and a later one covers the whole turn")
    func speculationTakenBack() {
        var driver = TurnDriver(Self.settings())
        driver.speech(30)
        driver.silence(8)
        #expect(driver.speech(1).cancelled == [0])
        driver.speech(20)
        driver.silence(15)
        #expect(driver.log.recognised.count == 2)
        #expect(driver.log.recognised.last == 0..<(65 * Self.window))
        #expect(driver.log.commits == [[1]])
    }

    @Test("with a silence shorter than the speculation the turn is recognised at its end")
    func shortSilence() {
        var driver = TurnDriver(Self.settings(silence: 160))
        driver.speech(30)
        let actions = driver.silence(5)
        #expect(actions.recognised == [0..<(35 * Self.window)])
        #expect(actions.commits == [[0]])
        if case .commit = actions.last {} else { Issue.record("the commit comes last") }
    }

    @Test("at a pause after ten seconds the speculation becomes a piece of the turn")
    func piece() {
        var driver = TurnDriver(Self.settings())
        driver.speech(320)
        driver.silence(8)
        #expect(driver.speech(20).cancelled.isEmpty)
        driver.silence(15)
        #expect(driver.log.recognised == [0..<(326 * Self.window), (326 * Self.window)..<(354 * Self.window)])
        #expect(driver.log.commits == [[0, 1]])
    }

    @Test("what follows a piece is not recognised when nobody spoke in it")
    func silentRest() {
        var driver = TurnDriver(Self.settings())
        driver.speech(320)
        driver.silence(8)
        driver.feed(0.4)
        driver.silence(15)
        #expect(driver.log.recognised.count == 1)
        #expect(driver.log.commits == [[0]])
    }

    @Test("speech without a pause is cut at its quietest window, no piece is longer than 28 s and nothing is lost")
    func longSpeech() {
        var driver = TurnDriver(Self.settings())
        driver.speech(800)
        driver.feed(0.4)
        driver.speech(1_200)
        driver.silence(15)
        let ranges = driver.log.recognised
        #expect(ranges.first == 0..<(800 * Self.window))
        #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(ranges.allSatisfy { $0.count <= TurnLimits.maximumPieceWindows * Self.window })
        #expect(driver.log.commits == [Array(0..<ranges.count)])
    }

    @Test("two turns never share audio")
    func disjoint() {
        var driver = TurnDriver(Self.settings(silence: 100))
        driver.speech(10)
        driver.silence(3)
        driver.speech(10)
        driver.silence(3)
        #expect(driver.log.stops.first == driver.log.starts.last)
    }

    @Test("a response of which nothing was heard is interrupted at the start of speech, and without one there is nothing to interrupt")
    func interrupt() {
        var driver = TurnDriver(Self.settings())
        driver.response(.silent)
        #expect(driver.speech(2).suffix(2) == [.interruptResponse, .resumeOutput])
        driver.silence(15)
        driver.response(.none)
        #expect(driver.speech(2).count == 1)
    }

    @Test("a single window of speech holds back a response of which nothing was heard, until the next one decides")
    func held() {
        var driver = TurnDriver(Self.settings())
        driver.response(.silent)
        #expect(driver.speech(1) == [.pauseOutput])
        #expect(driver.silence(1) == [.resumeOutput])
        #expect(driver.silence(20).isEmpty)
        driver.response(.audible)
        #expect(driver.speech(1) == [.duckOutput])
    }

    @Test("a response that is heard all the same is turned down instead of held")
    func heldTooLate() {
        var driver = TurnDriver(Self.settings())
        driver.response(.silent)
        #expect(driver.speech(1) == [.pauseOutput])
        driver.response(.audible)
        let actions = driver.speech(1)
        #expect(actions.contains(.duckOutput) && !actions.contains(.resumeOutput))
    }

    @Test("a reply that begins while somebody speaks is held back, and their words end it unheard and are answered")
    func begunMeanwhile() {
        var driver = TurnDriver(Self.settings(createResponse: true))
        driver.speech(10)
        #expect(driver.response(.silent) == [.pauseOutput])
        #expect(driver.speech(10).isEmpty)
        let end = driver.silence(15)
        #expect(end.first { $0 == .interruptResponse || $0 == .createResponse } == .interruptResponse)
        #expect(end.last == .createResponse)
        #expect(!end.contains(.resumeOutput))
    }

    @Test("a reply that begins during a noise is heard when the noise is over")
    func begunDuringNoise() {
        var driver = TurnDriver(TurnSettings(TurnDetection.SemanticVAD()))
        driver.speech(4)
        driver.response(.silent)
        driver.silence(6)
        driver.recognised(driver.log.recognitions[0], "")
        driver.silence(60)
        #expect(driver.log.filter { $0 == .resumeOutput }.count == 1)
        #expect(!driver.log.contains(.interruptResponse) && !driver.log.contains(.createResponse))
    }

    @Test("a silence rule tells a noise from words, too, where the client asks for answers itself", arguments: ["", "Mm-hm.", "Wait."])
    func begunDuringNoiseOrWords(text: String) {
        var driver = TurnDriver(Self.settings())
        driver.speech(4)
        driver.response(.silent)
        driver.silence(8)
        driver.recognised(driver.log.recognitions[0], text)
        driver.silence(10)
        #expect(driver.log.contains(.interruptResponse) == (text == "Wait."))
        #expect(driver.log.contains(.resumeOutput) == (text != "Wait."))
    }

    @Test("whoever goes on for a second over a reply that is held back ends it")
    func begunLongAgo() {
        var driver = TurnDriver(Self.settings())
        driver.speech(10)
        driver.response(.silent)
        #expect(driver.speech(30).isEmpty)
        #expect(driver.speech(1) == [.interruptResponse])
        driver.response(.none)
        #expect(driver.speech(40).isEmpty)
        driver.silence(20)
        driver.speech(10)
        driver.response(.silent)
        // A word now and then is no second of speech; nobody waits for ever.
        for _ in 0..<31 where driver.log.count(where: { $0 == .interruptResponse }) == 1 {
            driver.silence(3)
            driver.speech(1)
        }
        #expect(driver.log.count { $0 == .interruptResponse } == 2)
        #expect(driver.machine.heldVoicedWindows < 31)
    }

    @Test("a written reply is made while somebody speaks, and so is any where the session forbids interruptions")
    func begunWritten() {
        var driver = TurnDriver(Self.settings())
        driver.speech(10)
        #expect(driver.machine.responseBecame(.silent, canWait: false).isEmpty)
        var other = TurnDriver(TurnSettings(TurnDetection.ServerVAD(interruptResponse: false)))
        other.speech(10)
        #expect(other.response(.silent).isEmpty)
    }

    @Test("new settings do not let a reply talk over whoever speaks; a commit, a clear and a ban on interruptions let it go")
    func begunAndChanged() {
        var driver = TurnDriver(Self.settings())
        driver.speech(10)
        driver.response(.silent)
        #expect(driver.machine.change(to: TurnSettings(TurnDetection.SemanticVAD())).isEmpty)
        #expect(driver.machine.change(to: TurnSettings(TurnDetection.ServerVAD(interruptResponse: false))) == [.resumeOutput])
        for clears in [true, false] {
            var driver = TurnDriver(Self.settings())
            driver.speech(10)
            driver.response(.silent)
            let actions = clears ? driver.machine.clear() : driver.machine.commit()
            #expect(actions.first == .resumeOutput)
        }
    }

    @Test("nothing is interrupted when the session forbids it")
    func noInterrupt() {
        var driver = TurnDriver(TurnSettings(TurnDetection.ServerVAD(interruptResponse: false)))
        driver.response(.audible)
        #expect(driver.speech(60).count == 1)
    }

    @Test("the end of a turn asks for a response only when the session wants it", arguments: [true, false])
    func createResponse(wanted: Bool) {
        var driver = TurnDriver(Self.settings(createResponse: wanted))
        driver.speech(10)
        #expect((driver.silence(15).last == .createResponse) == wanted)
    }

    @Test("a commit by hand ends an open turn at once, and without a turn does nothing")
    func commit() {
        var driver = TurnDriver(Self.settings(createResponse: true))
        #expect(driver.machine.commit().isEmpty == true)
        driver.speech(10)
        driver.silence(2)
        let actions = driver.machine.commit()
        #expect(actions.recognised == [0..<(12 * Self.window)])
        #expect(Array(actions.suffix(2)) == [.stopSpeech(turn: 0, endSample: 12 * Self.window), .commit(turn: 0, pieces: [0])])
        #expect(driver.silence(30).isEmpty == true)
    }

    @Test("in a manual session nothing starts or stops by itself, and a commit recognises what was said")
    func manual() {
        var driver = TurnDriver(TurnSettings(nil))
        driver.silence(100)
        driver.speech(40)
        driver.silence(100)
        driver.speech(10)
        #expect(driver.log.starts.isEmpty)
        #expect(driver.log.stops.isEmpty)
        let all = driver.log + driver.machine.commit()
        #expect(all.commits == [[0, 1]])
        #expect(driver.machine.commit().commits == [[]])
    }

    @Test("a manual session forgets long silence")
    func manualSilence() {
        var driver = TurnDriver(TurnSettings(nil))
        driver.silence(10_000)
        #expect(driver.machine.sampleCount - driver.machine.firstNeededSample < SpeechWindow.sampleRate)
    }

    @Test("what was cleared while nobody spoke does not come back as padding of the next turn")
    func clearWhileQuiet() {
        var driver = TurnDriver(Self.settings())
        driver.silence(55)
        driver.speech(1)
        #expect(driver.machine.clear().isEmpty == true)
        #expect(driver.speech(2) == [.startSpeech(turn: 0, startSample: 56 * Self.window)])
    }

    @Test("clearing the input drops an open turn and what is being computed for it")
    func clear() {
        var driver = TurnDriver(Self.settings())
        driver.speech(30)
        driver.silence(7)
        #expect(driver.machine.clear() == [.cancelRecognition(0)])
        #expect(driver.silence(30).isEmpty == true)
    }

    @Test("interim looks come about every second of speech, one at a time, and end with the speculation")
    func interim() {
        var driver = TurnDriver(Self.settings(interim: 31))
        driver.speech(100)
        #expect(driver.log.count { if case .recognise(let look) = $0 { look.purpose == .interim } else { false } } == 1)
        driver.recognised(0, "")
        driver.speech(31)
        #expect(driver.log.count { if case .recognise(let look) = $0 { look.purpose == .interim } else { false } } == 2)
        #expect(driver.silence(6).cancelled == [1])
    }

    @Test("a look after a pause begins where the text is known, and comes a whole interval after it")
    func interimAfterPause() {
        var driver = TurnDriver(Self.settings(interim: 31))
        driver.speech(20)
        let pause = driver.silence(6).recognitions
        let seen = (20 + 6) * Self.window
        driver.recognised(pause[0], "I have worked")
        let looks = driver.speech(31).compactMap { if case .recognise(let recognition) = $0 { recognition } else { nil } }
        #expect(looks.count == 1)
        #expect(looks.first?.samples == seen..<(20 + 6 + 31) * Self.window)
        #expect(looks.first?.continues == pause[0])
        #expect(looks.first?.voicedWindows == 31)
    }

    @Test("a look begins with the piece when what was said before a pause was not understood in time")
    func interimAfterUnknownPause() {
        var driver = TurnDriver(Self.settings(interim: 31))
        driver.speech(20)
        driver.silence(6)
        let looks = driver.speech(31).compactMap { if case .recognise(let recognition) = $0 { recognition } else { nil } }
        #expect(looks.map(\.samples.lowerBound) == [0])
        #expect(looks.map(\.continues) == [nil])
    }

    @Test("a probability that is no number counts as silence")
    func notANumber() {
        var driver = TurnDriver(Self.settings())
        driver.speech(10)
        #expect(driver.feed(.nan, windows: 15).stops.count == 1)
    }
}
