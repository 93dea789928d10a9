extension ServerMessage {
    /// Largest event that leaves a server, in bytes of its text. Clients on the common Python WebSocket library take 1 MiB and
    /// close the connection at more (realtime client survey: pipecat; others take 8 MiB or any).
    public static let maximumBytes = 1_048_576 - 1

    /// An event that cannot be made small enough, because something else than audio is large. It is not sent.
    public struct Oversized: Error, Sendable, Equatable {
        public var type: String
        public var bytes: Int
    }

    /// Whether the event may leave the server as it is.
    public var isWithinLimit: Bool { text.utf8.count <= Self.maximumBytes }

    /// The event in a form that every client can read.
    ///
    /// - An event within the limit stays as it is.
    /// - An audio delta is split into several, in order, at whole samples of 16 bit.
    /// - An item with longer audio (about 16 s of PCM at 24 kHz, in `conversation.item.retrieved`) loses its audio and keeps its
    ///   transcript. The audio of a conversation was sent in deltas when it was made; a client that wants to keep it keeps those.
    ///
    /// - Parameter makeIdentifier: identifiers for the further events of a split; the first keeps its own.
    /// - Throws: `Oversized` for anything else that is too large.
    public func bounded(makeIdentifier: () -> String?) throws(Oversized) -> [ServerMessage] {
        let bytes = text.utf8.count
        guard bytes > Self.maximumBytes else { return [self] }
        let messages: [ServerMessage]
        if case .responseOutputAudioDelta(let delta) = event {
            messages = split(delta, makeIdentifier: makeIdentifier)
        } else {
            var message = self
            message.event = event.withoutItemAudio
            messages = [message]
        }
        guard messages.allSatisfy(\.isWithinLimit) else { throw Oversized(type: event.type, bytes: bytes) }
        return messages
    }

    /// Eight characters of base64 are six bytes: three whole samples, and no padding inside.
    private static let base64Unit = 8
    /// What the other members of a delta may take: identifiers that clients choose are limited to far less.
    private static let reservedBytes = 16 * 1_024

    private func split(_ delta: ResponseAudioDeltaEvent, makeIdentifier: () -> String?) -> [ServerMessage] {
        let size = (Self.maximumBytes - Self.reservedBytes) / Self.base64Unit * Self.base64Unit
        let characters = Array(delta.delta.utf8)
        return stride(from: 0, to: characters.count, by: size).map { start in
            var message = self
            var piece = delta
            piece.delta = String(decoding: characters[start..<min(start + size, characters.count)], as: UTF8.self)
            message.event = .responseOutputAudioDelta(piece)
            if start > 0 { message.eventID = eventID == nil ? nil : makeIdentifier() }
            return message
        }
    }
}

extension ServerEvent {
    /// The event without the audio in its items or its part.
    fileprivate var withoutItemAudio: ServerEvent {
        switch self {
        case .conversationItemAdded(var event):
            event.item.removeAudio()
            return .conversationItemAdded(event)
        case .conversationItemDone(var event):
            event.item.removeAudio()
            return .conversationItemDone(event)
        case .conversationItemCreated(var event):
            event.item.removeAudio()
            return .conversationItemCreated(event)
        case .conversationItemRetrieved(var event):
            event.item.removeAudio()
            return .conversationItemRetrieved(event)
        case .responseOutputItemAdded(var event):
            event.item.removeAudio()
            return .responseOutputItemAdded(event)
        case .responseOutputItemDone(var event):
            event.item.removeAudio()
            return .responseOutputItemDone(event)
        case .responseCreated(var event):
            event.response.removeAudio()
            return .responseCreated(event)
        case .responseDone(var event):
            event.response.removeAudio()
            return .responseDone(event)
        case .responseContentPartAdded(var event):
            event.part.audio = nil
            return .responseContentPartAdded(event)
        case .responseContentPartDone(var event):
            event.part.audio = nil
            return .responseContentPartDone(event)
        default: return self
        }
    }
}

extension RealtimeItem {
    fileprivate mutating func removeAudio() {
        for index in (content ?? []).indices { content?[index].audio = nil }
    }
}

extension RealtimeResponse {
    fileprivate mutating func removeAudio() {
        for index in (output ?? []).indices { output?[index].removeAudio() }
    }
}
