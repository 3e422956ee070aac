export type FieldError = { resource: string; code: string; field?: string; message?: string }

/** An answer of GitHub's that is no success, on its way to the one place that writes answers. */
export class ApiError extends Error {
  readonly status: number
  readonly errors: FieldError[] | undefined

  constructor(status: number, message: string, errors?: FieldError[]) {
    super(message)
    this.status = status
    this.errors = errors
  }

  get body() {
    return {
      message: this.message,
      ...(this.errors && { errors: this.errors }),
      documentation_url: 'https://docs.github.com/rest',
      status: String(this.status),
    }
  }
}

export const invalid = (error: FieldError) => new ApiError(422, 'Validation Failed', [error])
