import Synchronization

/// Sentences that were spoken before, the least recently used of which goes first.
///
/// A planned question is spoken to every candidate: the second time it costs nothing.
final class SentenceCache: Sendable {
    /// At most this many sentences: a plan has ten to thirty.
    static let sentenceLimit = 64
    /// At most this many bytes of samples: 5.8 min of speech.
    static let byteLimit = 16 << 20

    struct Key: Hashable, Sendable {
        let sentence: String
        let voice: String
        let speed: Float
    }

    private struct Entry {
        let samples: [Int16]
        var lastUse: UInt64
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var bytes = 0
        var uses: UInt64 = 0
    }

    private let state = Mutex(State())

    func samples(for key: Key) -> [Int16]? {
        state.withLock { state in
            state.uses += 1
            state.entries[key]?.lastUse = state.uses
            return state.entries[key]?.samples
        }
    }

    func insert(_ samples: [Int16], for key: Key) {
        let size = samples.count * 2
        guard size <= Self.byteLimit else { return }
        state.withLock { state in
            state.uses += 1
            if let old = state.entries[key] { state.bytes -= old.samples.count * 2 }
            state.entries[key] = Entry(samples: samples, lastUse: state.uses)
            state.bytes += size
            while state.entries.count > Self.sentenceLimit || state.bytes > Self.byteLimit {
                guard let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
                state.bytes -= oldest.value.samples.count * 2
                state.entries[oldest.key] = nil
            }
        }
    }

    var count: Int { state.withLock { $0.entries.count } }
}
