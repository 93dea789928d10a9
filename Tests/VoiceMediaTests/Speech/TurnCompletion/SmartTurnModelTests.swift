import Testing
import VoiceEngine

@testable import VoiceMedia

@Suite("Smart Turn", .enabled(if: SpeechTestModels.arePresent, Comment(rawValue: SpeechTestModels.absence)))
struct SmartTurnModelTests {
    @Test("probabilities equal those of the same model behind the reference's features")
    func golden() async throws {
        let model = try await SpeechTestModels.speech().turnCompletion
        // ONNX Runtime's Python package 1.31.1 on the reference's features. A hundredth is far finer than any decision.
        #expect(abs(try await model.probability(thatTurnIsComplete: WhisperFeaturesTests.buzz(seconds: 3)) - 0.1502) < 0.01)
        #expect(abs(try await model.probability(thatTurnIsComplete: WhisperFeaturesTests.buzz(seconds: 10)) - 0.6957) < 0.01)
        #expect(abs(try await model.probability(thatTurnIsComplete: []) - 0.9870) < 0.01)
    }

    @Test("a spoken sentence is more complete at its end than when it is cut in the middle of a word")
    func cutSentence() async throws {
        let model = try await SpeechTestModels.speech().turnCompletion
        var finished = 0
        for sentence in InterviewSentences.all.prefix(6) {
            let recording = try await SpeechTestModels.recording(of: sentence)
            let whole = try await model.probability(thatTurnIsComplete: recording)
            let part = Array(recording.prefix(recording.count * 55 / 100)) + [Float](repeating: 0, count: 3_200)
            if whole > (try await model.probability(thatTurnIsComplete: part)) { finished += 1 }
        }
        #expect(finished >= 5)
    }

    @Test("eight calls at once get the same answers as one after another")
    func concurrency() async throws {
        let model = try await SpeechTestModels.speech().turnCompletion
        let recordings = (1...8).map { WhisperFeaturesTests.buzz(seconds: $0) }
        var alone: [Float] = []
        for recording in recordings { alone.append(try await model.probability(thatTurnIsComplete: recording)) }
        let together = try await withThrowingTaskGroup(of: (Int, Float).self) { group in
            for (index, recording) in recordings.enumerated() {
                group.addTask { (index, try await model.probability(thatTurnIsComplete: recording)) }
            }
            var found = [Float](repeating: .nan, count: recordings.count)
            for try await (index, probability) in group { found[index] = probability }
            return found
        }
        #expect(together == alone)
    }

    @Test("a task that is cancelled already does no work")
    func cancelled() async throws {
        let model = try await SpeechTestModels.speech().turnCompletion
        let task = Task { () -> SpeechModelError.Code? in
            withUnsafeCurrentTask { $0?.cancel() }
            do {
                _ = try await model.probability(thatTurnIsComplete: [])
                return nil
            } catch {
                return (error as? SpeechModelError)?.code
            }
        }
        #expect(await task.value == .cancelled)
    }
}
