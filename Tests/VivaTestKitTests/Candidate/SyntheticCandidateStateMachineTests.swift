import Testing
import VivaTestKit

@Suite("A synthetic candidate")
struct SyntheticCandidateStateMachineTests {
    /// Plays frames of 20 ms from `start` to `end`; returns when an answer was begun and which.
    private func play(
        _ machine: inout SyntheticCandidateStateMachine,
        from start: Double,
        to end: Double,
        interviewer loud: Bool
    ) -> (index: Int, at: Double)? {
        var now = start
        while now < end {
            machine.heard(loud: loud, at: now)
            if let index = machine.answerDue(at: now) { return (index, now) }
            now += 20
        }
        return nil
    }

    @Test("answers the open question once the interviewer has been silent for the thinking time")
    func answersAfterSilence() {
        var machine = SyntheticCandidateStateMachine(behaviour: .init(thinkingTime: 500), answers: 2)
        machine.questionAsked(number: 1)
        #expect(play(&machine, from: 0, to: 2_000, interviewer: true) == nil)
        let begun = play(&machine, from: 2_000, to: 4_000, interviewer: false)
        #expect(begun?.index == 0)
        #expect(begun?.at == 2_480)
    }

    @Test("says nothing while no question is open")
    func waitsForAQuestion() {
        var machine = SyntheticCandidateStateMachine(behaviour: .init(thinkingTime: 500), answers: 1)
        _ = play(&machine, from: 0, to: 1_000, interviewer: true)
        #expect(play(&machine, from: 1_000, to: 9_000, interviewer: false) == nil)
    }

    @Test("does not answer a question that was announced and not heard yet")
    func waitsToHearTheQuestion() {
        var machine = SyntheticCandidateStateMachine(behaviour: .init(thinkingTime: 500), answers: 2)
        _ = play(&machine, from: 0, to: 1_000, interviewer: true)
        machine.questionAsked(number: 1)
        #expect(play(&machine, from: 1_000, to: 3_000, interviewer: false) == nil)
    }

    @Test("measures from its last loud sample to the interviewer's first audible one")
    func measuresTheResponse() {
        var machine = SyntheticCandidateStateMachine(behaviour: .init(thinkingTime: 100), answers: 1)
        machine.questionAsked(number: 1)
        _ = play(&machine, from: 0, to: 100, interviewer: true)
        _ = play(&machine, from: 100, to: 1_000, interviewer: false)
        machine.spoke(loud: true, at: 1_500)
        machine.spoke(loud: false, at: 1_600)
        machine.answerFinished(at: 1_700)
        machine.heard(loud: false, at: 1_800)
        machine.heard(loud: true, at: 2_250)
        machine.heard(loud: true, at: 2_270)
        #expect(machine.turns == [.init(question: 1, responseMilliseconds: 750)])
    }

    @Test("notices that the interviewer speaks into its answer")
    func noticesACutOff() {
        var machine = SyntheticCandidateStateMachine(behaviour: .init(thinkingTime: 100), answers: 1)
        machine.questionAsked(number: 1)
        _ = play(&machine, from: 0, to: 100, interviewer: true)
        _ = play(&machine, from: 100, to: 1_000, interviewer: false)
        machine.spoke(loud: true, at: 900)
        machine.heard(loud: true, at: 1_400)
        #expect(machine.turns.first?.cutOff == true)
    }

    @Test("talks over the interviewer when told to, and measures how long the interviewer stays audible")
    func bargesIn() {
        var machine = SyntheticCandidateStateMachine(
            behaviour: .init(thinkingTime: 200, bargeInAt: [2], bargeInAfter: 600),
            answers: 2
        )
        machine.questionAsked(number: 1)
        _ = play(&machine, from: 0, to: 100, interviewer: true)
        _ = play(&machine, from: 100, to: 1_000, interviewer: false)
        machine.answerFinished(at: 2_000)
        machine.questionAsked(number: 2)
        let begun = play(&machine, from: 2_500, to: 6_000, interviewer: true)
        #expect(begun?.at == 3_100)
        machine.heard(loud: true, at: 3_300)
        machine.heard(loud: false, at: 3_320)
        #expect(machine.turns.last?.silencedMilliseconds == 200)
    }

    @Test("after talking over a question it waits until the question was put again, and answers once")
    func answersTheRepeatedQuestion() {
        var machine = SyntheticCandidateStateMachine(
            behaviour: .init(thinkingTime: 200, bargeInAt: [1], bargeInAfter: 600),
            answers: 1
        )
        machine.questionAsked(number: 1)
        #expect(play(&machine, from: 0, to: 3_000, interviewer: true)?.at == 600)
        machine.answerFinished(at: 3_000)
        #expect(play(&machine, from: 3_000, to: 6_000, interviewer: false) == nil)
        #expect(play(&machine, from: 6_000, to: 7_000, interviewer: true) == nil)
        #expect(play(&machine, from: 7_000, to: 9_000, interviewer: false) != nil)
        machine.answerFinished(at: 10_000)
        #expect(play(&machine, from: 10_000, to: 12_000, interviewer: false) == nil)
    }
}

@Suite("A wave file")
struct WaveFileTests {
    private func wave(rate: UInt32, channels: UInt16, samples: [Int16]) -> [UInt8] {
        func two(_ value: UInt16) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }
        func four(_ value: UInt32) -> [UInt8] { two(UInt16(value & 0xFFFF)) + two(UInt16(value >> 16)) }
        let data = samples.flatMap { two(UInt16(bitPattern: $0)) }
        return Array("RIFF".utf8) + four(UInt32(36 + data.count)) + Array("WAVEfmt ".utf8) + four(16) + two(1) + two(channels) + four(rate)
            + four(rate * UInt32(channels) * 2) + two(channels * 2) + two(16) + Array("data".utf8) + four(UInt32(data.count)) + data
    }

    @Test("24 kHz mono comes out as it went in")
    func plain() throws {
        #expect(try WaveFile(bytes: wave(rate: 24_000, channels: 1, samples: [1, -2, 300])).samples == [1, -2, 300])
    }

    @Test("48 kHz stereo is averaged and halved")
    func stereo() throws {
        let file = try WaveFile(bytes: wave(rate: 48_000, channels: 2, samples: [10, 20, 10, 20, 30, 50, 30, 50]))
        #expect(file.samples == [15, 40])
    }

    @Test("what is no wave file is refused", arguments: [0, 11, 43, 44, 60])
    func refused(length: Int) {
        #expect(throws: WaveFile.ReadError.self) { try WaveFile(bytes: [UInt8](repeating: 65, count: length)) }
    }
}
