import { createRequire } from 'node:module'

/** Whether a state machine's definition is Amazon States Language. The package has no types. */
export const validateDefinition: (definition: object) => { isValid: boolean; errorsText(): string } = createRequire(
  import.meta.url,
)('asl-validator')

/** Of the Lambda service itself, which are worth another try. */
export const LAMBDA_SERVICE_ERRORS = [
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ServiceException',
  'Lambda.TooManyRequestsException',
]
