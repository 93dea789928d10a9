import InterviewCore
import Testing

@Suite("The life of an interview")
struct InterviewStateMachineTests {
    @Test("from the link to the goodbye")
    func happyPath() {
        var machine = InterviewStateMachine()
        let results = [
            machine.join(), machine.callStarted(), machine.callConnected(), machine.callLost(), machine.callStarted(),
            machine.callConnected(), machine.conductorCompleted(),
        ]
        #expect(
            results == [
                .moved(from: .created, to: .joined), .moved(from: .joined, to: .connecting), .moved(from: .connecting, to: .live),
                .moved(from: .live, to: .suspended), .moved(from: .suspended, to: .connecting), .moved(from: .connecting, to: .live),
                .moved(from: .live, to: .completed),
            ]
        )
    }

    @Test("a call that cannot be set up leads back to where the candidate can try again")
    func setupFailed() {
        var first = InterviewStateMachine(status: .connecting)
        #expect(first.callSetupFailed() == .moved(from: .connecting, to: .joined))
        var resumed = InterviewStateMachine(status: .connecting, hasBeenLive: true)
        #expect(resumed.callLost() == .moved(from: .connecting, to: .suspended))
    }

    @Test("events that do not fit are refused and change nothing")
    func refused() {
        var machine = InterviewStateMachine()
        #expect(machine.callStarted() == .refused(in: .created))
        #expect(machine.callConnected() == .refused(in: .created))
        #expect(machine.conductorCompleted() == .refused(in: .created))
        #expect(machine.callLost() == .refused(in: .created))
        let after = machine.status
        #expect(after == .created)
        var connecting = InterviewStateMachine(status: .connecting)
        #expect(connecting.callStarted() == .refused(in: .connecting))
        #expect(connecting.conductorCompleted() == .refused(in: .connecting))
    }

    @Test("nothing leaves a final status", arguments: InterviewStatus.allCases.filter(\.isFinal))
    func final(status: InterviewStatus) {
        var machine = InterviewStateMachine(status: status, hasBeenLive: true)
        let results = [
            machine.join(), machine.callStarted(), machine.callConnected(), machine.callSetupFailed(), machine.callLost(),
            machine.conductorCompleted(),
            machine.end(.candidateLeft), machine.abandon(), machine.fail(),
        ]
        let after = machine.status
        #expect(after == status)
        for result in results { if case .moved = result { Issue.record("moved out of \(status)") } }
    }

    @Test("each reason to end has its status")
    func ends() {
        for (reason, status) in [
            (EndReason.candidateLeft, InterviewStatus.ended), (.candidateSilent, .ended), (.candidateDidNotReturn, .abandoned),
            (.interviewerUnavailable, .failed),
        ] {
            var machine = InterviewStateMachine(status: .live, hasBeenLive: true)
            #expect(machine.end(reason) == .moved(from: .live, to: status))
            #expect(machine.end(reason) == .unchanged)
        }
    }
}
