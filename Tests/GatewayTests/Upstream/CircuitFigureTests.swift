import InterviewCore
import ServerEdge
import Testing
import VivaTestKit

@testable import Gateway

@Suite("the figure of an upstream's circuit", .timeLimit(.minutes(1)))
struct CircuitFigureTests {
    private func figure(_ harness: GatewayHarness) async throws -> String? {
        let text = try await harness.send("GET", "/metrics").text
        return text.split(separator: "\n").first { $0.hasPrefix("viva_upstream_circuit_open") }.map(String.init)
    }

    @Test("is 1 while the server is not asked, and 0 as soon as the next call would try it, before there is one")
    func rest() async throws {
        let clock = ManualClock()
        var options = GatewayHarness.Options()
        options.clock = clock
        options.configure = { $0.random = { 0 } }
        try await GatewayHarness.run(options) { (harness) async throws in
            let candidate = try await harness.join()
            #expect(try await self.figure(harness) == #"viva_upstream_circuit_open{upstream="1"} 0"#)
            harness.upstream.with {
                $0.script[.calls] = Array(repeating: .respond(status: 500, headers: [:], body: ""), count: 40)
            }
            for _ in 0..<10 where try await self.figure(harness)?.hasSuffix(" 0") == true {
                #expect(try await harness.offerCall(candidate).status >= 500)
            }
            #expect(try await self.figure(harness) == #"viva_upstream_circuit_open{upstream="1"} 1"#)
            clock.advance(by: .seconds(10))
            #expect(try await self.figure(harness) == #"viva_upstream_circuit_open{upstream="1"} 0"#)
            // The next call is the probe; the server has not mended.
            #expect(try await harness.offerCall(candidate).status >= 500)
            #expect(try await self.figure(harness) == #"viva_upstream_circuit_open{upstream="1"} 1"#)
        }
    }

    @Test("is 0 for a server that was started anew, whatever the one before it did")
    func newLife() {
        var gate = UpstreamGate()
        for _ in 0..<5 {
            guard case .pass(let permit) = gate.admit(to: 1, at: .zero) else { continue }
            _ = gate.finished(permit, ExchangeFailure(fault: .unavailable(), reach: .sent), at: .zero)
        }
        let (same, next, before) = (gate.isOpen(to: 1, at: .seconds(1)), gate.isOpen(to: 2, at: .seconds(1)), gate.isOpen(at: .seconds(1)))
        #expect(same)
        #expect(!next)
        #expect(before, "while it is not running, what was known of it stands")
    }
}
