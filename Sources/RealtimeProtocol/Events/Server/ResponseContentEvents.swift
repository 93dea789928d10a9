/// `response.content_part.added`: An item of the reply got a part.
public struct ResponseContentPartAddedEvent: Sendable, Hashable, Codable {
    public var responseID: String
    public var itemID: String
    public var outputIndex: Int
    public var contentIndex: Int
    public var part: RealtimeContentPart

    public init(responseID: String, itemID: String, outputIndex: Int = 0, contentIndex: Int = 0, part: RealtimeContentPart) {
        self.responseID = responseID
        self.itemID = itemID
        self.outputIndex = outputIndex
        self.contentIndex = contentIndex
        self.part = part
    }

    private enum CodingKeys: String, CodingKey {
        case part
        case responseID = "response_id"
        case itemID = "item_id"
        case outputIndex = "output_index"
        case contentIndex = "content_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        responseID = try container.decode(String.self, forKey: .responseID)
        itemID = try container.decode(String.self, forKey: .itemID)
        outputIndex = try container.decodeIfPresent(Int.self, forKey: .outputIndex) ?? 0
        contentIndex = try container.decodeIfPresent(Int.self, forKey: .contentIndex) ?? 0
        part = try container.decode(RealtimeContentPart.self, forKey: .part)
    }
}

/// `response.content_part.done`: A part has its final form.
public struct ResponseContentPartDoneEvent: Sendable, Hashable, Codable {
    public var responseID: String
    public var itemID: String
    public var outputIndex: Int
    public var contentIndex: Int
    public var part: RealtimeContentPart

    public init(responseID: String, itemID: String, outputIndex: Int = 0, contentIndex: Int = 0, part: RealtimeContentPart) {
        self.responseID = responseID
        self.itemID = itemID
        self.outputIndex = outputIndex
        self.contentIndex = contentIndex
        self.part = part
    }

    private enum CodingKeys: String, CodingKey {
        case part
        case responseID = "response_id"
        case itemID = "item_id"
        case outputIndex = "output_index"
        case contentIndex = "content_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        responseID = try container.decode(String.self, forKey: .responseID)
        itemID = try container.decode(String.self, forKey: .itemID)
        outputIndex = try container.decodeIfPresent(Int.self, forKey: .outputIndex) ?? 0
        contentIndex = try container.decodeIfPresent(Int.self, forKey: .contentIndex) ?? 0
        part = try container.decode(RealtimeContentPart.self, forKey: .part)
    }
}

/// `response.output_text.delta`: More text.
public struct ResponseTextDeltaEvent: Sendable, Hashable, Codable {
    public var responseID: String
    public var itemID: String
    public var outputIndex: Int
    public var contentIndex: Int
    public var delta: String

    public init(responseID: String, itemID: String, outputIndex: Int = 0, contentIndex: Int = 0, delta: String) {
        self.responseID = responseID
        self.itemID = itemID
        self.outputIndex = outputIndex
        self.contentIndex = contentIndex
        self.delta = delta
    }

    private enum CodingKeys: String, CodingKey {
        case delta
        case responseID = "response_id"
        case itemID = "item_id"
        case outputIndex = "output_index"
        case contentIndex = "content_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        responseID = try container.decode(String.self, forKey: .responseID)
        itemID = try container.decode(String.self, forKey: .itemID)
        outputIndex = try container.decodeIfPresent(Int.self, forKey: .outputIndex) ?? 0
        contentIndex = try container.decodeIfPresent(Int.self, forKey: .contentIndex) ?? 0
        delta = try container.decode(String.self, forKey: .delta)
    }
}

/// `response.output_text.done`: All of the text.
public struct ResponseTextDoneEvent: Sendable, Hashable, Codable {
    public var responseID: String
    public var itemID: String
    public var outputIndex: Int
    public var contentIndex: Int
    public var text: String

    public init(responseID: String, itemID: String, outputIndex: Int = 0, contentIndex: Int = 0, text: String) {
        self.responseID = responseID
        self.itemID = itemID
        self.outputIndex = outputIndex
        self.contentIndex = contentIndex
        self.text = text
    }

    private enum CodingKeys: String, CodingKey {
        case text
        case responseID = "response_id"
        case itemID = "item_id"
        case outputIndex = "output_index"
        case contentIndex = "content_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        responseID = try container.decode(String.self, forKey: .responseID)
        itemID = try container.decode(String.self, forKey: .itemID)
        outputIndex = try container.decodeIfPresent(Int.self, forKey: .outputIndex) ?? 0
        contentIndex = try container.decodeIfPresent(Int.self, forKey: .contentIndex) ?? 0
        text = try container.decode(String.self, forKey: .text)
    }
}

/// `response.output_audio.delta`: More audio, base64 (WebSocket only).
public struct ResponseAudioDeltaEvent: Sendable, Hashable, Codable {
    public var responseID: String
    public var itemID: String
    public var outputIndex: Int
    public var contentIndex: Int
    public var delta: String

    public init(responseID: String, itemID: String, outputIndex: Int = 0, contentIndex: Int = 0, delta: String) {
        self.responseID = responseID
        self.itemID = itemID
        self.outputIndex = outputIndex
        self.contentIndex = contentIndex
        self.delta = delta
    }

    private enum CodingKeys: String, CodingKey {
        case delta
        case responseID = "response_id"
        case itemID = "item_id"
        case outputIndex = "output_index"
        case contentIndex = "content_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        responseID = try container.decode(String.self, forKey: .responseID)
        itemID = try container.decode(String.self, forKey: .itemID)
        outputIndex = try container.decodeIfPresent(Int.self, forKey: .outputIndex) ?? 0
        contentIndex = try container.decodeIfPresent(Int.self, forKey: .contentIndex) ?? 0
        delta = try container.decode(String.self, forKey: .delta)
    }
}

/// `response.output_audio.done`: No more audio.
public struct ResponseAudioDoneEvent: Sendable, Hashable, Codable {
    public var responseID: String
    public var itemID: String
    public var outputIndex: Int
    public var contentIndex: Int

    public init(responseID: String, itemID: String, outputIndex: Int = 0, contentIndex: Int = 0) {
        self.responseID = responseID
        self.itemID = itemID
        self.outputIndex = outputIndex
        self.contentIndex = contentIndex
    }

    private enum CodingKeys: String, CodingKey {
        case responseID = "response_id"
        case itemID = "item_id"
        case outputIndex = "output_index"
        case contentIndex = "content_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        responseID = try container.decode(String.self, forKey: .responseID)
        itemID = try container.decode(String.self, forKey: .itemID)
        outputIndex = try container.decodeIfPresent(Int.self, forKey: .outputIndex) ?? 0
        contentIndex = try container.decodeIfPresent(Int.self, forKey: .contentIndex) ?? 0
    }
}

/// `response.output_audio_transcript.delta`: More of the words of the spoken reply.
public struct ResponseAudioTranscriptDeltaEvent: Sendable, Hashable, Codable {
    public var responseID: String
    public var itemID: String
    public var outputIndex: Int
    public var contentIndex: Int
    public var delta: String

    public init(responseID: String, itemID: String, outputIndex: Int = 0, contentIndex: Int = 0, delta: String) {
        self.responseID = responseID
        self.itemID = itemID
        self.outputIndex = outputIndex
        self.contentIndex = contentIndex
        self.delta = delta
    }

    private enum CodingKeys: String, CodingKey {
        case delta
        case responseID = "response_id"
        case itemID = "item_id"
        case outputIndex = "output_index"
        case contentIndex = "content_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        responseID = try container.decode(String.self, forKey: .responseID)
        itemID = try container.decode(String.self, forKey: .itemID)
        outputIndex = try container.decodeIfPresent(Int.self, forKey: .outputIndex) ?? 0
        contentIndex = try container.decodeIfPresent(Int.self, forKey: .contentIndex) ?? 0
        delta = try container.decode(String.self, forKey: .delta)
    }
}

/// `response.output_audio_transcript.done`: All words of the spoken reply.
public struct ResponseAudioTranscriptDoneEvent: Sendable, Hashable, Codable {
    public var responseID: String
    public var itemID: String
    public var outputIndex: Int
    public var contentIndex: Int
    public var transcript: String

    public init(responseID: String, itemID: String, outputIndex: Int = 0, contentIndex: Int = 0, transcript: String) {
        self.responseID = responseID
        self.itemID = itemID
        self.outputIndex = outputIndex
        self.contentIndex = contentIndex
        self.transcript = transcript
    }

    private enum CodingKeys: String, CodingKey {
        case transcript
        case responseID = "response_id"
        case itemID = "item_id"
        case outputIndex = "output_index"
        case contentIndex = "content_index"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        responseID = try container.decode(String.self, forKey: .responseID)
        itemID = try container.decode(String.self, forKey: .itemID)
        outputIndex = try container.decodeIfPresent(Int.self, forKey: .outputIndex) ?? 0
        contentIndex = try container.decodeIfPresent(Int.self, forKey: .contentIndex) ?? 0
        transcript = try container.decode(String.self, forKey: .transcript)
    }
}
