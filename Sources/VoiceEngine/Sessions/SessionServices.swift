import Logging
import RealtimeProtocol
import ServerEdge

/// What all sessions of an engine share: the speech models, the reply model, time.
struct SessionServices: Sendable {
    var speechToText: any SpeechToText
    var textToSpeech: any TextToSpeech
    var voiceActivity: any VoiceActivityDetecting
    /// nil: `semantic_vad` goes by the words alone.
    var turnCompletion: (any TurnCompletionJudging)?
    var replies: ReplySource
    var metrics: EngineMetrics
    var lag: SpeechLagMeter
    var logger: Logger
    /// Nanoseconds of a monotonic clock.
    var now: @Sendable () -> UInt64
    /// Seconds since 1970, for `expires_at`.
    var secondsSince1970: @Sendable () -> Int
    var sleep: @Sendable (Duration) async throws -> Void

    /// What `/metrics` shows. The lag is that of this moment: it fades while nobody speaks, when nothing else would set it.
    func figures() -> String {
        metrics.speechLag.set(lag.value)
        return metrics.registry.render()
    }
}

/// Limits of one session.
struct SessionLimits: Sendable {
    /// The API's maximum is 60 minutes.
    var sessionDuration = Duration.seconds(3_600)
    /// How long a call that has ended waits for the text of the last words.
    var finishing = Duration.seconds(2)
    /// Messages of one connection that wait to be handled. A client that comes back brings its history in one go, an event for each
    /// item: as many as a conversation has fit.
    var waitingMessages = 1_024
    /// Bytes of them: all text that a conversation may have, or about 16 s of audio.
    var waitingBytes = 1_024 * 1_024
    /// Bytes of one peer message. A `session.update` with tools may be long; nothing else but audio is.
    var messageBytes = 256 * 1_024
    /// Bytes of one `input_audio_buffer.append`, and of an item with audio: the API's 15 MiB with the event around it.
    var audioMessageBytes = 15 * 1_024 * 1_024 + 4_096
    /// Server events kept for a data channel that is not open yet; later ones are not kept.
    var backlogEvents = 256
    /// Sidebands of one call.
    var sidebands = 4
    /// Responses at once that do not join the conversation; each costs a reply of the model.
    var outOfBandResponses = 4
    /// Function calls of one response; more is a model that runs wild.
    var functionCalls = 32
    /// A look at the unfinished turn is taken after so many voiced windows (about 1 s); nil: never.
    var interimWindows: Int? = 31
    /// Recognitions of one session that are with the recogniser at once. A call in real time needs two; a client that appends
    /// faster than people speak does not get in the way of others beyond this.
    var recognitionsAtOnce = 4
    /// Recognitions of one session at all, those that wait for their turn included; what is beyond is not recognised.
    var waitingRecognitions = 64
}

/// Why a session ended; decides how its listeners are told.
enum SessionEnd: String, Sendable {
    /// A client asked for it.
    case hungUp
    /// The peer left, or was lost.
    case peerGone
    /// The session's maximum was reached.
    case expired
    /// The engine shuts down.
    case draining
    /// Something inside broke.
    case failed
}
