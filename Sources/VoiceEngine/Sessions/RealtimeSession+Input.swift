import Logging
import RealtimeProtocol
import ServerEdge

/// Audio in: from a call's media track, or from the events of a socket.
extension RealtimeSession {
    /// Bytes of appended audio that are taken at once, half a second of PCM; then others get their turn of the processor.
    private static let appendStep = 24_000
    /// Longest audio inside an item, in seconds: beyond it the recogniser's time is not worth it.
    private static let longestItemAudio = 60
    /// Items whose audio may be recognised at once.
    private static let mostTranscriptions = 8

    /// Reads what a call's media track brought.
    func readAudio() {
        var samples: [Int16] = []
        let (dropped, filled) = media.readInput(into: &samples)
        if filled > 0 { services.metrics.inputFilled.increment(by: Double(filled)) }
        if dropped > 0 {
            services.metrics.inputDropped.increment(by: Double(dropped))
            // Silence in its place keeps the session's times true.
            partialWindow.append(contentsOf: repeatElement(0, count: dropped * 2 / 3))
        }
        samples.withUnsafeBufferPointer { resampler.process($0, into: &partialWindow) }
        readWindows()
    }

    /// Takes the audio of `input_audio_buffer.append`.
    func append(_ base64: String) async throws(RealtimeError) {
        guard let bytes = WireAudioReader.bytes(base64) else {
            throw .invalidValue("audio", "Invalid 'audio'. Expected base64-encoded audio bytes in the session's input format.")
        }
        // In a call it comes beside the media track and lengthens the same stream: a client sends one or the other.
        var rest = bytes[...]
        while !rest.isEmpty, ending == nil {
            wireReader.read(rest.prefix(Self.appendStep), into: &partialWindow)
            rest = rest.dropFirst(Self.appendStep)
            readWindows()
            if !rest.isEmpty { await Task.yield() }
        }
    }

    /// Completes the last window with silence, so that a commit takes all that was appended.
    func fillWindow() {
        guard !partialWindow.isEmpty else { return }
        partialWindow.append(contentsOf: repeatElement(0, count: SpeechWindow.samples - partialWindow.count % SpeechWindow.samples))
        readWindows()
    }

    /// Gives whole windows to the turn machine.
    private func readWindows() {
        var start = 0
        while partialWindow.count - start >= SpeechWindow.samples, ending == nil {
            let window = Array(partialWindow[start..<(start + SpeechWindow.samples)])
            start += SpeechWindow.samples
            do {
                let probability = try voiceActivity.probability(ofSpeechIn: window)
                speech.append(window)
                perform(turns.window(probability: probability))
            } catch {
                logger.error("voice activity detection failed", metadata: ["error_type": "\(type(of: error))"])
                beginEnding(.failed)
            }
        }
        partialWindow.removeFirst(start)
        speech.release(before: turns.firstNeededSample)
    }

    /// The audio of an item that the client makes, at 16 kHz.
    func itemAudio(_ bytes: [UInt8]) throws(RealtimeError) -> [Float] {
        let format = WireFormat(configuration.inputFormat) ?? .pcm
        guard bytes.count <= Self.longestItemAudio * format.bytesPerSecond else {
            throw .invalidValue("item.content[0].audio", "Supported is audio of up to 60 seconds.")
        }
        guard transcriptions.count < Self.mostTranscriptions else {
            throw .invalidValue("item.content[0].audio", "Too many items are being recognised. Wait until one is.")
        }
        var reader = WireAudioReader(format)
        var samples: [Float] = []
        reader.read(bytes[...], into: &samples)
        return samples
    }

    /// Recognises the audio of an item that the client made.
    func transcribe(_ audio: [Float], of itemID: String) {
        let (services, inbox, logger) = (services, inbox, logger)
        transcriptions[itemID] = Task {
            do {
                inbox.offer(.transcribed(itemID: itemID, text: try await services.speechToText.transcribe(audio, priority: .final)))
            } catch {
                if !Task.isCancelled {
                    logger.warning("audio of an item could not be recognised", metadata: ["error_type": "\(type(of: error))"])
                }
                inbox.offer(.transcribed(itemID: itemID, text: nil))
            }
        }
    }

    func handleTranscribed(_ itemID: String, text: String?) {
        guard transcriptions.removeValue(forKey: itemID) != nil else { return }
        if let text {
            conversation.update(itemID) { item in
                guard let index = item.content?.firstIndex(where: { $0.type == .inputAudio }) else { return }
                item.content?[index].transcript = text
            }
        }
        startWaitingReplies()
    }
}
