/// `input_audio_buffer.speech_started`: Speech was detected. The time counts from the first input sample and includes the prefix padding.
public struct SpeechStartedEvent: Sendable, Hashable, Codable {
    public var audioStartMilliseconds: Int
    public var itemID: String

    public init(audioStartMilliseconds: Int, itemID: String) {
        self.audioStartMilliseconds = audioStartMilliseconds
        self.itemID = itemID
    }

    private enum CodingKeys: String, CodingKey {
        case audioStartMilliseconds = "audio_start_ms"
        case itemID = "item_id"
    }
}

/// `input_audio_buffer.speech_stopped`: Speech ended. The time counts from the first input sample and includes the silence that ended it.
public struct SpeechStoppedEvent: Sendable, Hashable, Codable {
    public var audioEndMilliseconds: Int
    public var itemID: String

    public init(audioEndMilliseconds: Int, itemID: String) {
        self.audioEndMilliseconds = audioEndMilliseconds
        self.itemID = itemID
    }

    private enum CodingKeys: String, CodingKey {
        case audioEndMilliseconds = "audio_end_ms"
        case itemID = "item_id"
    }
}

/// `input_audio_buffer.committed`: The input audio became an item.
public struct InputAudioBufferCommittedEvent: Sendable, Hashable, Codable {
    public var itemID: String
    public var previousItemID: String?

    public init(itemID: String, previousItemID: String? = nil) {
        self.itemID = itemID
        self.previousItemID = previousItemID
    }

    private enum CodingKeys: String, CodingKey {
        case itemID = "item_id"
        case previousItemID = "previous_item_id"
    }

    /// `previous_item_id` is written even when null, as the API does.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(itemID, forKey: .itemID)
        try container.encode(previousItemID, forKey: .previousItemID)
    }
}

/// `input_audio_buffer.timeout_triggered`: Nobody spoke for `idle_timeout_ms`.
public struct InputAudioBufferTimeoutEvent: Sendable, Hashable, Codable {
    public var audioStartMilliseconds: Int
    public var audioEndMilliseconds: Int
    public var itemID: String

    public init(audioStartMilliseconds: Int, audioEndMilliseconds: Int, itemID: String) {
        self.audioStartMilliseconds = audioStartMilliseconds
        self.audioEndMilliseconds = audioEndMilliseconds
        self.itemID = itemID
    }

    private enum CodingKeys: String, CodingKey {
        case audioStartMilliseconds = "audio_start_ms"
        case audioEndMilliseconds = "audio_end_ms"
        case itemID = "item_id"
    }
}

/// `output_audio_buffer.started`: The reply became audible (WebRTC only).
public struct OutputAudioBufferStartedEvent: Sendable, Hashable, Codable {
    public var responseID: String

    public init(responseID: String) {
        self.responseID = responseID
    }

    private enum CodingKeys: String, CodingKey {
        case responseID = "response_id"
    }
}

/// `output_audio_buffer.stopped`: The reply was played to its end (WebRTC only).
public struct OutputAudioBufferStoppedEvent: Sendable, Hashable, Codable {
    public var responseID: String

    public init(responseID: String) {
        self.responseID = responseID
    }

    private enum CodingKeys: String, CodingKey {
        case responseID = "response_id"
    }
}

/// `output_audio_buffer.cleared`: Playback was cut off (WebRTC only).
public struct OutputAudioBufferClearedEvent: Sendable, Hashable, Codable {
    public var responseID: String

    public init(responseID: String) {
        self.responseID = responseID
    }

    private enum CodingKeys: String, CodingKey {
        case responseID = "response_id"
    }
}

/// `input_audio_buffer.dtmf_event_received`: A key of the telephone was pressed (SIP only). It carries no `event_id`.
public struct DTMFEventReceivedEvent: Sendable, Hashable, Codable {
    /// `0`…`9`, `*`, `#`, `A`…`D`.
    public var event: String
    /// Seconds since 1970.
    public var receivedAt: Int

    public init(event: String, receivedAt: Int) {
        self.event = event
        self.receivedAt = receivedAt
    }

    private enum CodingKeys: String, CodingKey {
        case event
        case receivedAt = "received_at"
    }
}
