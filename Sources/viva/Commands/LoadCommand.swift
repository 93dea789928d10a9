import ArgumentParser
import AsyncHTTPClient
import Foundation
import VivaTestKit
import VoiceEngine
import VoiceMedia

struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Load generators.",
        subcommands: [
            Calls.self, LoadEngineCommand.self, LoadFlowsCommand.self, LoadIdleCommand.self, LoadUpstreamCommand.self,
        ]
    )

    struct Calls: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make short calls one after another: join, connect, hear the first sound, hang up.",
            discussion: """
                The link must be a practice link, which can be used again. Prints one line per ten calls and a summary as JSON.
                Example: viva load calls --link http://127.0.0.1:8080/i/TICKET --count 100
                """
        )

        @Option(help: "A practice link.")
        var link: String

        @Option(help: "How many calls.")
        var count = 100

        @Option(help: "Milliseconds of each call after its first sound.")
        var hold = 500

        /// A call that is silent for this long has failed.
        private static let firstSoundLimit = 10_000.0
        /// How often the ear is asked; a tenth of the shortest interval of interest.
        private static let poll = Duration.milliseconds(5)

        func run() async throws {
            let (base, ticket) = try GatewayAPI.split(link: link)
            let factory: PeerConnectionFactory
            do {
                factory = try PeerConnectionFactory(configuration: .init(encodesSilence: true))
            } catch {
                throw CommandFailure(error.description)
            }
            let client = HTTPClient(eventLoopGroupProvider: .singleton)
            let api = GatewayAPI(base: base, client: client)
            var firstSounds: [Double] = []
            var failures = 0
            for number in 1...max(1, count) {
                do {
                    firstSounds.append(try await call(api, factory, ticket: ticket))
                } catch {
                    failures += 1
                    Terminal.note("call \(number) failed: \(error)")
                }
                if number.isMultiple(of: 10) { Terminal.note("\(number) calls") }
            }
            try? await client.shutdown()
            let sorted = firstSounds.sorted()
            let median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
            Terminal.result(
                "{\"calls\":\(count),\"failures\":\(failures),\"first_sound_p50_ms\":\(Int(median)),\"first_sound_max_ms\":\(Int(sorted.last ?? 0))}"
            )
            guard failures == 0 else { throw ExitCode.failure }
        }

        /// One call; returns milliseconds from joining to the first sound.
        private func call(_ api: GatewayAPI, _ factory: PeerConnectionFactory, ticket: String) async throws -> Double {
            let sound = CandidateSound(behaviour: .init(), answers: [[0]])
            let start = sound.now
            let joined = try await api.join(ticket: ticket)
            let peer = factory.makeClient(
                handlers: AudioTransportHandlers(received: { sound.received($0) }, frameDue: { sound.fill($0) }, event: { _ in })
            )
            do {
                let (answer, location) = try await api.call(offer: try await peer.offer(), token: joined.candidate_token)
                try await peer.accept(answer: answer)
                while sound.firstSound == nil {
                    guard sound.now - start < Self.firstSoundLimit else { throw CommandFailure("no sound within 10 s") }
                    try await Task.sleep(for: Self.poll)
                }
                if count == 1 { Terminal.note("first sound after \(Int((sound.firstSound ?? start) - start)) ms") }
                try await Task.sleep(for: .milliseconds(hold))
                try await api.end(call: location, token: joined.candidate_token)
                await peer.close()
                return (sound.firstSound ?? start) - start
            } catch {
                await peer.close()
                throw error
            }
        }
    }
}
