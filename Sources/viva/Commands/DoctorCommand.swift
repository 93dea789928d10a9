import ArgumentParser
import Foundation
import Logging
import ServerEdge
import SpeechModels
import VoiceEngine
import VoiceMedia

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what is wrong with this machine's set-up and what to do.",
        discussion: "Exit code 0 only if everything needed is there. Example: viva doctor"
    )

    @OptionGroup var models: ModelsOptions

    private struct Finding {
        let name: String
        let detail: String
        let remedy: String?
    }

    func run() async throws {
        let settings = try await Settings()
        var findings = [processor(), descriptors()]
        findings.append(webRTC())
        let directory = models.directory(settings)
        findings.append(files(directory))
        if directory.looksComplete() { findings.append(await speech(directory)) }
        if let languageModel = try LanguageModelSettings.configuration(settings) { findings.append(await endpoint(languageModel)) }
        findings.append(data(settings.text("viva.data.dir") ?? "data"))
        for finding in findings {
            let name = finding.name.padding(toLength: 18, withPad: " ", startingAt: 0)
            Terminal.result("\(finding.remedy == nil ? "ok     " : "wrong  ")\(name)\(finding.detail)")
            if let remedy = finding.remedy { Terminal.result("       → \(remedy)") }
        }
        guard findings.allSatisfy({ $0.remedy == nil }) else { throw ExitCode.failure }
    }

    private func processor() -> Finding {
        var name = utsname()
        uname(&name)
        let machine = withUnsafeBytes(of: &name.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let detail = "\(ProcessInfo.processInfo.activeProcessorCount) cores, \(machine)"
        return Finding(
            name: "machine",
            detail: detail,
            remedy: machine == "x86_64"
                ? nil : "the pinned speech runtime is for x86_64; use such a machine, or an upstream (VIVA_UPSTREAM_URL)"
        )
    }

    private func descriptors() -> Finding {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Finding(
            name: "file descriptors",
            detail: "\(limit.rlim_cur)",
            remedy: limit.rlim_cur >= 1_024 ? nil : "raise it to at least 1024: `ulimit -n 4096`"
        )
    }

    private func webRTC() -> Finding {
        do {
            _ = try PeerConnectionFactory()
            return Finding(name: "WebRTC", detail: "GStreamer and its plugins are there", remedy: nil)
        } catch {
            return Finding(name: "WebRTC", detail: error.description, remedy: "run scripts/bootstrap")
        }
    }

    private func files(_ directory: ModelDirectory) -> Finding {
        let faults = directory.faults()
        return Finding(
            name: "speech models",
            detail: faults.isEmpty
                ? "complete in \(directory.url.path)"
                : "\(faults.count) of \(directory.catalogue.files.count) files missing or damaged in \(directory.url.path)",
            remedy: faults.isEmpty ? nil : "run `viva models fetch --models-dir \(directory.url.path)`"
        )
    }

    private func speech(_ directory: ModelDirectory) async -> Finding {
        do {
            let speech = try await LocalSpeech.load(directory: directory.url)
            let samples = try await speech.synthesizer.synthesize("All is well.", voice: speech.synthesizer.voices.first ?? "", speed: 1)
            let time = Double(speech.loadTime.components.seconds) + Double(speech.loadTime.components.attoseconds) / 1e18
            return Finding(
                name: "voice",
                detail: String(format: "ONNX Runtime %@, loaded in %.1f s", speech.runtimeVersion, time),
                remedy: samples.isEmpty ? "the voice said nothing; run `viva models fetch`" : nil
            )
        } catch {
            return Finding(name: "voice", detail: "\(error)", remedy: "run `viva models fetch`")
        }
    }

    private func endpoint(_ configuration: ChatCompletionsConfiguration) async -> Finding {
        let model = ChatCompletionsReplyModel(
            configuration: configuration,
            metrics: MetricsRegistry(),
            logger: Logger(label: "viva.doctor")
        )
        let problem = await model.check()
        await model.close()
        return Finding(
            name: "language model",
            detail: problem?.description ?? "\(configuration.baseURL) answers",
            remedy: problem.map {
                $0.code == .refused ? "check VIVA_LLM_URL and VIVA_LLM_API_KEY" : "start the server that VIVA_LLM_URL names"
            }
        )
    }

    private func data(_ path: String) -> Finding {
        let parent = FileManager.default.fileExists(atPath: path) ? path : (path as NSString).deletingLastPathComponent
        let writable = FileManager.default.isWritableFile(atPath: parent.isEmpty ? "." : parent)
        return Finding(
            name: "data directory",
            detail: path,
            remedy: writable ? nil : "make \(path) writable or set VIVA_DATA_DIR to another folder"
        )
    }
}
