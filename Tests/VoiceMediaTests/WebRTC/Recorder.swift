import Glibc
import Synchronization
import VoiceEngine

@testable import VoiceMedia

/// One end of a call in a test: sends a tone, unless it is told to be silent, and keeps what it hears and what happens.
final class Recorder: Sendable {
    struct Heard: Sendable {
        var samples: [Int16] = []
        var frameLengths: Set<Int> = []
        var framesDue = 0
        var connected = 0
        var labels: [String] = []
        var texts: [String] = []
        var closed: [AudioTransportCloseReason] = []
        /// Names of the events in the order they came.
        var order: [String] = []
    }

    private struct State {
        var heard = Heard()
        var phase = 0.0
        var isSilent = false
        var waiting: [Int: (condition: @Sendable (Heard) -> Bool, continuation: CheckedContinuation<Void, Never>)] = [:]
        var waitNumber = 0
    }

    private let state = Mutex(State())
    private let frequency: Double

    /// - Parameter frequency: Of the tone that is sent, hertz.
    init(tone frequency: Double) {
        self.frequency = frequency
    }

    var heard: Heard { state.withLock { $0.heard } }

    var isSilent: Bool {
        get { state.withLock { $0.isSilent } }
        set { state.withLock { $0.isSilent = newValue } }
    }

    var handlers: AudioTransportHandlers {
        AudioTransportHandlers(
            received: { samples in
                self.update { heard in
                    heard.samples.append(contentsOf: samples)
                    heard.frameLengths.insert(samples.count)
                }
            },
            frameDue: { frame in
                let step = 2 * Double.pi * self.frequency / 24_000
                self.state.withLock { state in
                    // The frame comes silent.
                    guard !state.isSilent else { return }
                    for index in frame.indices {
                        frame[index] = Int16(8_000 * sin(state.phase))
                        state.phase += step
                    }
                }
                self.update { $0.framesDue += 1 }
            },
            event: { event in
                self.update { heard in
                    switch event {
                    case .connected:
                        heard.connected += 1
                        heard.order.append("connected")
                    case .channelOpen(let label):
                        heard.labels.append(label)
                        heard.order.append("channel")
                    case .text(let text):
                        heard.texts.append(text)
                        heard.order.append("text")
                    case .closed(let reason):
                        heard.closed.append(reason)
                        heard.order.append("closed")
                    }
                }
            }
        )
    }

    /// Returns when the condition holds, or when the suite's time limit cancels the test.
    func reaches(_ condition: @escaping @Sendable (Heard) -> Bool) async {
        let number = state.withLock { state in
            state.waitNumber += 1
            return state.waitNumber
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isTrue = state.withLock { state in
                    if Task.isCancelled || condition(state.heard) { return true }
                    state.waiting[number] = (condition, continuation)
                    return false
                }
                if isTrue { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.continuation.resume()
        }
    }

    private func update(_ change: (inout Heard) -> Void) {
        let ready = state.withLock { state in
            change(&state.heard)
            let ready = state.waiting.filter { $0.value.condition(state.heard) }
            for number in ready.keys { state.waiting[number] = nil }
            return ready.values.map(\.continuation)
        }
        for continuation in ready { continuation.resume() }
    }
}

/// Share of the signal's energy at one frequency (Goertzel's algorithm): 1 for a pure tone, about 0 without it.
func share(of frequency: Double, in samples: ArraySlice<Int16>, rate: Double = 24_000) -> Double {
    let coefficient = 2 * cos(2 * Double.pi * frequency / rate)
    var (previous, beforePrevious, energy) = (0.0, 0.0, 0.0)
    for sample in samples {
        let value = Double(sample)
        (previous, beforePrevious) = (value + coefficient * previous - beforePrevious, previous)
        energy += value * value
    }
    guard energy > 0 else { return 0 }
    let power = previous * previous + beforePrevious * beforePrevious - coefficient * previous * beforePrevious
    return 2 * power / (energy * Double(samples.count))
}

/// A candidate and an engine, connected over the loopback.
struct Call {
    let candidate: PeerConnectionClient
    let engine: PeerConnection
    let atCandidate: Recorder
    let atEngine: Recorder

    static let candidateTone = 660.0
    static let engineTone = 440.0

    static func connected(by factory: PeerConnectionFactory) async throws -> Call {
        let atCandidate = Recorder(tone: candidateTone)
        let atEngine = Recorder(tone: engineTone)
        let candidate = factory.makeClient(handlers: atCandidate.handlers)
        let engine = factory.makeConnection(handlers: atEngine.handlers)
        try await candidate.accept(answer: engine.answer(offer: candidate.offer()))
        await atCandidate.reaches { $0.connected == 1 && $0.labels.count == 1 }
        await atEngine.reaches { $0.connected == 1 && $0.labels.count == 1 }
        return Call(candidate: candidate, engine: engine, atCandidate: atCandidate, atEngine: atEngine)
    }

    func close() async {
        await candidate.close()
        await engine.close(.hungUp)
    }
}

/// What GStreamer holds in this process. Only its own threads and sockets: other suites run beside.
enum Held {
    static func threads() -> Int {
        let names = ["nicesrc", "webrtcbin", "dtls", "sctp", "rtp", "queue", "source:src", "appsrc", "timer", "viva-"]
        return list("/proc/self/task").count { task in
            let name = contents("/proc/self/task/\(task)/comm")
            return names.contains { name.hasPrefix($0) }
        }
    }

    static func sockets() -> Int {
        list("/proc/self/fd").count { descriptor in
            var buffer = [CChar](repeating: 0, count: 128)
            let length = readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
            guard length > 0 else { return false }
            return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self).hasPrefix("socket:")
        }
    }

    private static func list(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    private static func contents(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 64)
        return String(decoding: buffer[..<fread(&buffer, 1, 64, file)], as: UTF8.self)
    }
}
